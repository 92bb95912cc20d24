//! Known-good programs of public data sets: they pass, and with changed results they do not.

use super::*;

/// Where one more is no bug: the tests allow a thousandth of a large number (82, 85), or compare or
/// subtract two results of the changed function (164, 797).
const ONE_MORE_IS_RIGHT: [&str; 4] = ["MbppEval/82", "MbppEval/85", "MbppEval/164", "MbppEval/797"];

/// Canonical solutions pass (but for those named, with their reasons), and none with its results
/// changed.
fn canonical(problems: Vec<(String, String, Prompt)>, not_passing: &[(&str, &str)], without_python: usize) {
    let is_plain = |prompt: &Prompt| {
        super::super::calls::plain_tests(prompt, &prompt.tests.iter().collect::<Vec<_>>(), "").is_some()
    };
    let plain = problems.iter().filter(|(_, _, prompt)| is_plain(prompt)).count();
    assert_eq!(plain, without_python, "problems whose tests need no Python, of {}", problems.len());
    let (unexpected, start) = (Mutex::new(Vec::new()), Instant::now());
    let judge_one = |(name, code, prompt): &(String, String, Prompt)| {
        let verdict = PATIENT.verdict(prompt, &answer(code));
        let expected =
            not_passing.iter().find(|(known, _)| known == name).map_or("pass", |(_, reason)| reason);
        if self::name(&verdict) != expected {
            unexpected.lock().unwrap().push((name.clone(), verdict));
        }
        let f = prompt.entry_point.as_deref().unwrap().trim();
        // Returns something else; one off, where that is a number; raises.
        for bug in [
            "_right(*a, **k)\n    return 'wrong'",
            "r = _right(*a, **k)\n    return not r if isinstance(r, bool) else r + 1 if isinstance(r, (int, float)) else None if r else 'wrong'",
            "_right(*a, **k)\n    raise ValueError",
        ] {
            let wrong = format!("{code}\n_right = {f}\ndef {f}(*a, **k):\n    {bug}\n");
            let no_bug = bug.contains("r + 1") && ONE_MORE_IS_RIGHT.contains(&name.as_str());
            if !no_bug && PATIENT.verdict(prompt, &answer(&wrong)) == Verdict::Pass {
                unexpected.lock().unwrap().push((format!("{name}: {bug}"), Verdict::Pass));
            }
        }
    };
    std::thread::scope(|scope| {
        for chunk in problems.chunks(problems.len().div_ceil(4)) {
            scope.spawn(|| chunk.iter().for_each(judge_one));
        }
    });
    let rate = 4.0 * problems.len() as f64 / start.elapsed().as_secs_f64();
    eprintln!("{} problems, {rate:.1} verdicts/s", problems.len());
    let unexpected = unexpected.into_inner().unwrap();
    assert!(unexpected.is_empty(), "{} of {}: {unexpected:#?}", unexpected.len(), problems.len());
}

#[test]
fn humaneval_solutions_pass() {
    let Some(bytes) = shared("code/HumanEval.jsonl.gz") else { return };
    canonical(
        rows(&bytes)
            .into_iter()
            .map(|row| {
                let text = |key: &str| row[key].as_str().unwrap().to_owned();
                let tests = json!([{"check": {"code": text("test")}}]);
                let code = text("prompt") + &text("canonical_solution");
                (text("task_id"), code, prompt(Some(&text("entry_point")), tests))
            })
            .collect(),
        &[],
        155,
    );
}

#[test]
fn mbpp_solutions_pass() {
    let Some(bytes) = shared("code/mbpp_sanitized.jsonl") else { return };
    canonical(
        rows(&bytes)
            .into_iter()
            .map(|row| {
                let text = |key: &str| row[key].as_str().unwrap().to_owned();
                let tests = json!([{"check": {"code": text("test")}}]);
                // The docstring is indented in another way than the solution.
                let head = text("prompt").split("    '''").next().unwrap().to_owned();
                let code = head + &text("canonical_solution");
                (text("task_id"), code, prompt(Some(&text("entry_point")), tests))
            })
            .collect(),
        &[],
        395,
    );
}

/// Programs and tests that a model wrote, run against each other: tests chosen by agreement alone are
/// judged by the canonical solution, which the choice did not see.
#[test]
fn model_written_tests_are_told_apart_by_agreement() {
    let (Some(programs), Some(tests), Some(known)) = (
        shared("code/codegen16b_humaneval_solutions.jsonl"),
        shared("code/codegen16b_humaneval_tests.jsonl"),
        shared("code/HumanEval.jsonl.gz"),
    ) else {
        return;
    };
    let known = rows(&known);
    // Every eighth problem takes seconds, all take minutes.
    let (step, count) = if std::env::var_os("STRESS").is_some() { (1, 25) } else { (8, 12) };
    let (mut all, mut trusted, mut held) = ((0, 0), (0, 0), 0);
    for (programs, tests) in rows(&programs).iter().zip(&rows(&tests)).step_by(step) {
        let problem = programs["prompt"].as_str().unwrap();
        // The same problems, with the examples taken out of their texts.
        let entry = problem.rsplit("def ").next().unwrap().split('(').next().unwrap();
        let row = known.iter().find(|row| row["entry_point"] == entry).unwrap();
        let asked = Prompt { problem: problem.into(), ..prompt(Some(entry), json!([])) };
        let texts = |row: &serde_json::Value| -> Vec<String> {
            row["samples"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
        };
        let written = texts(tests).iter().map(|text| format!("assert {text}")).collect::<Vec<_>>();
        let mut written: Vec<String> = written
            .iter()
            .flat_map(|text| written_tests::tests_in(text, entry).into_iter().take(5))
            .collect();
        written.sort();
        written.dedup();
        let mut answers: Vec<String> = texts(programs).into_iter().take(count).collect();
        answers.push(row["canonical_solution"].as_str().unwrap().to_owned());
        let mut matrix = HASTY.matrix(&asked, &answers, &written);
        let right = matrix.pop().unwrap();
        let count =
            |tests: &[usize]| (tests.iter().filter(|&&at| right[at] == Some(true)).count(), tests.len());
        let (every, chosen) =
            (count(&(0..written.len()).collect::<Vec<_>>()), count(&generate::trusted(&matrix, &[])));
        all = (all.0 + every.0, all.1 + every.1);
        trusted = (trusted.0 + chosen.0, trusted.1 + chosen.1);
        matrix.push(right.clone());
        for at in generate::trusted(&matrix, &[matrix.len() - 1]) {
            held += 1;
            assert_eq!(right[at], Some(true), "{}", written[at]);
        }
    }
    eprintln!(
        "right tests: {} of {} written, {} of {} trusted by agreement; {held} kept with the solution known",
        all.0, all.1, trusted.0, trusted.1
    );
    assert!(all.1 > 100 && trusted.1 > 10);
    assert!(trusted.0 * all.1 > all.0 * trusted.1, "agreement chooses better than chance");
}

/// Right, wrong and useless tests, with the solution known, with programs that agree, and with neither.
#[test]
fn written_tests_are_trusted_as_programs_bear_them_out() {
    let asked = |solution: Option<&str>| Prompt {
        answer: solution.map(str::to_owned),
        ..prompt(Some("f"), json!([]))
    };
    let texts = |codes: &[&str]| codes.iter().map(|code| answer(code)).collect::<Vec<_>>();
    let written = texts(&[
        "assert f(2) == 4\nassert f(3) == 6\nassert f(3) == 9\nassert f(1) == f(1)",
        "assert f(3) == 6\nassert f(0) == 0\nimport os\nos.system('true')",
        "def f(x): return 2 * x",
    ]);
    let (double, square) = ("def f(x): return 2 * x", "def f(x): return x * x");
    for (solution, solutions, trusted, contradicting) in [
        (Some(double), &[square][..], &["assert f(3) == 6"][..], 1),
        (Some(square), &[double], &["assert f(3) == 9"], 1),
        (None, &[double, double, square], &["assert f(3) == 6"], 0),
        // One program agrees with nobody; an answer that is no program is none.
        (None, &[double], &[], 0),
        (
            Some("4"),
            &[double, "def f(x): return x + x", square, "1 / 0"],
            &["assert f(3) == 6", "assert f(2) == 4", "assert f(1) == f(1)", "assert f(0) == 0"],
            0,
        ),
        (Some(double), &[], &[], 1),
        (None, &[], &[], 0),
    ] {
        let found = PATIENT.trusted_tests(&asked(solution), &written, &texts(solutions));
        let mut expected = trusted.to_vec();
        expected.sort_unstable();
        let mut kept = found.trusted.clone();
        kept.sort();
        assert_eq!(kept, expected, "{solution:?} {solutions:?}");
        assert_eq!((found.written, found.contradicting), (5, contradicting), "{solution:?} {solutions:?}");
        assert_eq!(found.has_solution, solution.is_some_and(|text| text != "4"));
    }
    assert_eq!(PATIENT.trusted_tests(&prompt(None, json!([])), &written, &[]), generate::Tests::default());
}
