//! Tables of answers and verdicts, wrong answers that look right first of all; properties.

use proptest::prelude::*;

use super::*;

fn judge(reference: &str, text: &str) -> Verdict {
    let prompt = Prompt {
        id: "t".into(),
        source: "t".into(),
        domain: "math".into(),
        problem: String::new(),
        answer: Some(reference.into()),
        entry_point: None,
        tests: vec![],
        difficulty: None,
    };
    Math::default().verdict(&prompt, text)
}

fn boxed(reference: &str, answer: &str) -> Verdict {
    judge(reference, &format!("<think>\nso\n</think>\n\nIt is \\boxed{{{answer}}}."))
}

/// `pass`, or the reason's name.
fn name(verdict: &Verdict) -> &str {
    verdict.reason().map_or("pass", |reason| &reason.name)
}

#[test]
fn the_same_value_in_another_spelling_passes() {
    for (reference, answers) in [
        (
            "12",
            &[
                "12",
                "+12",
                "012",
                "12.0",
                "12.",
                "$12$",
                r"\$12",
                "24/2",
                r"\frac{24}{2}",
                " 12 ",
                r"\text{12}",
                "{12}",
                r"\(12\)",
            ][..],
        ),
        ("-3", &["-3", "−3", "- 3", "-3.00", r"-\frac{3}{1}", r"\frac{-3}{1}", "-6/2", "{-3}", "-{3}"]),
        ("0", &["0", "-0", "0.00", "0/7", "+0"]),
        ("1234", &["1,234", r"1\,234", "1{,}234", r"1\!234", "1\u{202f}234", "1234.0", r"1,\!234"]),
        ("1,234.5", &["1234.5", "2469/2", "1,234.50"]),
        (
            "1/2",
            &[
                "0.5",
                "0.50",
                ".5",
                r"\frac{1}{2}",
                r"\dfrac12",
                r"\tfrac 1 2",
                "2/4",
                r"\frac{0.5}{1}",
                "1 / 2",
            ],
        ),
        ("-1/2", &[r"-\frac{1}{2}", r"\frac{-1}{2}", "-0.5", "−1/2"]),
        ("3/2", &["1.5", "1 1/2", r"1\frac{1}{2}", r"1 \frac{1}{2}"]),
        ("-3/2", &["-1 1/2", r"-1\frac12"]),
        ("50%", &["50%", r"50\%", "50.0 %", "100/2%"]),
        ("true", &["true", "True", r"\text{true}", " TRUE.", r"\textbf{true}", r"\mathrm{true}"]),
        ("no solution", &["No  solution", r"\text{no solution}"]),
        ("1, 2", &["1,2", "1, 2", "1.0, 4/2"]),
        ("(1, 2)", &["(1,2)", r"\left(1, 2\right)", r"( 1 , \frac{4}{2} )"]),
        (r"\{1, 2\}", &[r"\{2,1\}", r"\{1,2\}"]),
        ("1,234, 5", &["1,234, 5", "1234,5"]),
        ("x+1", &["x + 1", "$x+1$", r"\left.x+1"][..2]),
        (r"\sqrt{2}", &[r"\sqrt{2}", r"$\sqrt{2}$."]),
        (
            "123456789012345678901234567890",
            &["123456789012345678901234567890.0", "123456789012345678901234567890"],
        ),
    ] {
        for answer in answers.iter() {
            assert_eq!(boxed(reference, answer), Verdict::Pass, "{reference} | {answer}");
        }
    }
}

#[test]
fn another_value_fails() {
    for (reference, answers) in [
        ("12", &["1,2", "21", "-12", "12.0000000001", "1.2", "112", "13", "12/1000", "(1,2)", "0"][..]),
        ("1,2", &["12", "1,3", "1,2,3", "1"]),
        ("1/2", &["12", "2/1", "-1/2", "1/3", r"\frac{2}{1}", "1.2", "0.05"]),
        ("3", &["-3", "−3", "3/10", "30", "0.3"]),
        ("1234", &["1,23,4", "1.234", "1, 234", "12,34"]),
        ("5/2", &["2 1/3", r"2\frac{1}{4}", "2,1/2"]),
        ("true", &["not true", "false", "truer", "3"]),
        ("(1, 2)", &["(2,1)", "(1,2,3)", "[1,2]"]),
        ("[0,1)", &["[0,1]", "(0,1)", "[0,2)"]),
        (r"\{1,2\}", &[r"\{1,3\}", "(1,2)", r"\{1\}"]),
        ("10000", &["10001", "10000.1", "100", "1000000"]),
        ("100000000000000000000", &["100000000000000000001", "99999999999999999999"]),
        ("0.333333333333333333", &["1/3", "0.3333333333333333333"]),
        ("east", &["seat"]),
        ("50%", &["51%", "5", "0.05"]),
        ("A", &["B", "a rectangle"]),
    ] {
        for answer in answers.iter() {
            assert_eq!(name(&boxed(reference, answer)), "math.wrong_answer", "{reference} | {answer}");
        }
    }
}

#[test]
fn what_is_not_read_is_neither() {
    for (reference, answer, expected) in [
        ("4", "2+2", "math.not_read"),
        ("4", "x=4", "math.not_read"),
        ("4", "four", "math.not_read"),
        ("four", "4", "math.not_read"),
        ("12", "1 2", "math.not_read"),
        ("12", "--12", "math.not_read"),
        ("12", "12/0", "math.not_read"),
        ("12", "12,", "math.not_read"),
        ("3", "1 4/2", "math.not_read"),
        ("3", r"1\frac{4}{2}", "math.not_read"),
        ("1024", "2^{10}", "math.not_read"),
        ("2+2", "4", "math.not_read"),
        (r"\sqrt{4}", "2", "math.not_read"),
        ("ab", "b*a", "math.not_read"),
        ("x^2", "X^2", "math.not_read"),
        ("5", r"5\text{ cm}", "math.not_read"),
        ("10 cm", "10 m", "math.not_read"),
        ("1/0", "3", "math.not_read"),
        ("1/2^99", "1/2^98", "math.not_read"),
        ("{", "}{", "math.no_box"),
        ("1.5", "1,5", "math.ambiguous"),
        ("1,5", "1.5", "math.ambiguous"),
        ("50", "50%", "math.ambiguous"),
        ("0.5", "50%", "math.ambiguous"),
        ("50%", "50", "math.ambiguous"),
        ("1, 2", "2, 1", "math.ambiguous"),
        ("(1, 2)", "1, 2", "math.ambiguous"),
        ("", "3", "math.not_read"),
        ("", r"\text{}", "math.not_read"),
    ] {
        let verdict = boxed(reference, answer);
        assert_eq!(name(&verdict), expected, "{reference} | {answer}: {verdict:?}");
        assert_eq!(matches!(verdict, Verdict::Unknown(_)), expected != "math.no_box");
    }
}

#[test]
fn the_place_of_the_box_counts() {
    for (text, expected) in [
        (r"\boxed{4}", "pass"),
        (r"<think>\boxed{4}</think> \boxed{4}", "pass"),
        (r"<think>\boxed{3}</think> \boxed{4}", "pass"),
        (r"<think></think> \boxed{4} so \fbox{4.0}", "pass"),
        (r"<think></think> $$\boxed{ \boxed{4} }$$", "pass"),
        (r"<think></think> \boxed{3} no, \boxed{4}", "math.several_answers"),
        (r"<think></think> \boxed{4} no, \boxed{3}", "math.several_answers"),
        (r"<think></think> \boxed{2+2} = \boxed{4}", "math.several_answers"),
        (r"<think></think> \boxed{} \boxed{4}", "pass"),
        (r"<think>\boxed{4}</think> It is 4.", "math.no_box"),
        (r"<think></think> \boxed{4} \boxed{4", "math.no_box"),
        (r"<think></think> \boxed{}", "math.no_box"),
        (r"<think></think> \boxed{ }", "math.no_box"),
        (r"<think></think> \boxed", "math.no_box"),
        ("", "math.no_box"),
        (r"<think>\boxed{4}", "math.no_answer"),
        (r"\boxed{4}</think>", "math.no_answer"),
        (r"<think>a</think>b</think>\boxed{4}", "math.no_answer"),
    ] {
        assert_eq!(name(&judge("4", text)), expected, "{text}");
    }
}

#[test]
fn items_boxed_one_by_one_are_not_decided() {
    let verdict = judge("(1, 2), (3, 4)", r"\boxed{(1, 2)} and \boxed{(3, 4)}");
    assert!(
        matches!(&verdict, Verdict::Unknown(reason) if reason.name == "math.several_answers"),
        "{verdict:?}"
    );
}

#[test]
fn hostile_sizes_are_judged_quickly_and_shortly() {
    let digits = "7".repeat(1 << 20);
    let braces = "{".repeat(100_000);
    let cases = [
        ("7", format!("\\boxed{{{digits}}}"), "math.too_long"),
        (&digits, format!("\\boxed{{{digits}}}"), "pass"),
        (&digits, "\\boxed{7}".to_owned(), "math.too_long"),
        ("7", format!("\\boxed{{{braces}{}}}", braces.replace('{', "}")), "math.not_read"),
        ("7", format!("\\boxed{{{braces}7{}}}", braces.replace('{', "}")), "pass"),
        ("7", "\\boxed{".repeat(100_000), "math.no_box"),
        ("7", "\\boxed{7}".repeat(100_000), "pass"),
        ("7", format!("\\boxed{{{}}}", "(".repeat(9_000)), "math.not_read"),
        ("7", format!("\\boxed{{{}}}", "(1,".repeat(3_000)), "math.not_read"),
        ("7", format!("\\boxed{{{}1{}}}", "(1,".repeat(2_000), ")".repeat(2_000)), "math.not_read"),
        ("7", format!("\\boxed{{{}}}", "1,".repeat(4_000)), "math.not_read"),
        ("1/3", format!("\\boxed{{0.{}}}", "3".repeat(9_000)), "math.wrong_answer"),
        ("7", format!("\\boxed{{{}}}", "\\text{".repeat(50_000)), "math.no_box"),
    ];
    for (at, (reference, text, expected)) in cases.iter().enumerate() {
        let start = std::time::Instant::now();
        let verdict = judge(reference, text);
        assert_eq!(name(&verdict), *expected, "case {at}");
        assert!(verdict.reason().is_none_or(|reason| reason.detail.len() < 800), "case {at}");
        assert!(start.elapsed().as_secs_f64() < 2.0, "case {at}: {:?}", start.elapsed());
    }
}

proptest! {
    #[test]
    fn every_spelling_of_a_fraction_is_itself_and_not_its_neighbour(
        n in -1_000_000_000_000i128..1_000_000_000_000, d in 1i128..1_000, scale in 1i128..1_000,
    ) {
        let sign = if n < 0 { "-" } else { "" };
        let (a, b) = (n.abs() * scale, d * scale);
        let grouped = {
            let digits = a.to_string();
            let head = digits.len() % 3;
            let mut groups: Vec<&str> = vec![&digits[..head]];
            groups.extend(digits.as_bytes()[head..].chunks(3).map(|chunk| std::str::from_utf8(chunk).unwrap()));
            groups.retain(|group| !group.is_empty());
            groups.join(",")
        };
        for spelling in [
            format!("{sign}{a}/{b}"),
            format!("{sign}\\frac{{{a}}}{{{b}}}"),
            format!("\\dfrac{{{sign}{a}}}{{{b}}}"),
            format!("${sign} {grouped} / {b}$."),
            format!("\\left {sign}\\tfrac{{{grouped}}}{{0{b}.0}}"),
        ] {
            let reference = format!("{n}/{d}");
            prop_assert_eq!(boxed(&reference, &spelling), Verdict::Pass, "{} | {}", reference, spelling);
            let verdict = boxed(&format!("{}/{d}", n + 1), &spelling);
            prop_assert_eq!(name(&verdict), "math.wrong_answer", "{} + 1 | {}", n, spelling);
        }
    }

    #[test]
    fn a_decimal_is_its_fraction_and_a_changed_digit_never_passes(
        digits in "[1-9][0-9]{0,30}", places in 0usize..31, at in 0usize..31, other in 0u8..10,
    ) {
        let places = places.min(digits.len());
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let decimal = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
        let reference = format!("{digits}/1{}", "0".repeat(places));
        prop_assert_eq!(boxed(&reference, &decimal), Verdict::Pass);
        let at = at % digits.len();
        if digits.as_bytes()[at] != b'0' + other {
            let mut changed = digits.clone().into_bytes();
            changed[at] = b'0' + other;
            let changed = String::from_utf8(changed).unwrap();
            let changed = format!("{changed}/1{}", "0".repeat(places));
            let verdict = boxed(&changed, &decimal);
            prop_assert_eq!(name(&verdict), "math.wrong_answer");
        }
    }

    #[test]
    fn any_text_is_judged_and_any_box_is_its_own_answer(text in "[-+0-9a-c,./ {}\\\\$%()\\[\\]bfrac]{0,40}", noise in ".*") {
        judge(&noise, &text);
        judge(&text, &noise);
        let verdict = boxed(&text, &text);
        if !matches!(name(&verdict), "pass" | "math.no_box" | "math.several_answers" | "math.not_read") {
            prop_assert!(false, "{:?} {:?}", text, verdict);
        }
    }

    #[test]
    fn comparing_has_no_direction_for_a_pass(a in "[-0-9,./ %(]{1,6}", b in "[-0-9,./ %(]{1,6}") {
        let pass = |reference, answer| boxed(reference, answer) == Verdict::Pass;
        if !a.trim().is_empty() && !b.trim().is_empty() {
            prop_assert_eq!(pass(&a, &b), pass(&b, &a));
        }
    }
}

/// Rows of a file of the shared data, which lies beside the repository where it is checked out.
fn shared(path: &str) -> Vec<serde_json::Value> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is not there, so this test tests nothing", path.display());
        return Vec::new();
    };
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn graders_cases_give_no_false_pass() {
    for file in ["adversarial_cases", "other_grader_cases", "math_verify_cases"] {
        let (mut passed_wrong, mut counts) = (Vec::new(), std::collections::BTreeMap::<_, usize>::new());
        for row in shared(&format!("math/{file}.jsonl")) {
            let (Some(gold), Some(pred)) = (row["gold"].as_str(), row["pred"].as_str()) else { continue };
            let pred = if pred.contains("boxed{") { pred.to_owned() } else { format!("\\boxed{{{pred}}}") };
            let verdict = judge(gold, &pred);
            let Some(expected) = row["expected"].as_bool() else { continue };
            if !expected && verdict == Verdict::Pass {
                passed_wrong.push((gold.to_owned(), pred.clone()));
            }
            if expected && matches!(verdict, Verdict::Fail(_)) {
                eprintln!("{file}: {} | {}", shown(gold), verdict.reason().unwrap().detail);
            }
            *counts.entry((expected, verdict.as_str())).or_default() += 1;
        }
        eprintln!("{file}: {counts:?}");
        assert!(passed_wrong.is_empty(), "{file}: {passed_wrong:#?}");
    }
}

#[test]
fn every_reference_solution_passes_its_own_answer() {
    let rows = shared("math_test/test.jsonl");
    let solutions: Vec<&str> = rows.iter().map(|row| row["solution"].as_str().unwrap()).collect();
    let mut counts = std::collections::BTreeMap::<_, usize>::new();
    for (at, solution) in solutions.iter().enumerate() {
        let boxes = boxes::find(solution).unwrap_or_default();
        let Some(answer) = boxes.last() else {
            *counts.entry("without a box".to_owned()).or_default() += 1;
            continue;
        };
        let own = boxed(answer, answer);
        assert_eq!(own, Verdict::Pass, "{answer}");
        *counts.entry(format!("whole solution {}", name(&judge(answer, solution)))).or_default() += 1;
        let other = boxes::find(solutions[(at + 1) % solutions.len()]).unwrap_or_default();
        if let Some(other) = other.last() {
            *counts.entry(format!("next answer {}", boxed(answer, other).as_str())).or_default() += 1;
        }
    }
    eprintln!("{counts:#?}");
}
