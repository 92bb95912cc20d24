//! A table of references and answers as data sets and models write them: `pairs.txt`.

use super::{boxed, judge, name};

#[test]
fn every_pair_is_judged_as_the_table_says() {
    let mut wrong = Vec::new();
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for (at, line) in include_str!("pairs.txt").lines().enumerate() {
        if line.is_empty() || line.starts_with("# ") {
            continue;
        }
        let parts: Vec<&str> = line.split(" ;; ").collect();
        let [reference, answer, expected] = parts[..] else { panic!("pairs.txt:{}: {line}", at + 1) };
        let verdict = match answer.strip_prefix('@') {
            Some(text) => judge(reference, &text.replace('⏎', "\n")),
            None => boxed(reference, answer),
        };
        let said = match name(&verdict) {
            "pass" => "pass",
            "math.wrong_answer" | "math.no_answer" | "math.no_box" | "math.several_answers" => "fail",
            _ => "unknown",
        };
        *counts.entry(expected).or_default() += 1;
        let right = match expected {
            "pass" | "fail" | "unknown" => said == expected,
            "no" => said != "pass",
            other => panic!("pairs.txt:{}: no verdict is called {other}", at + 1),
        };
        if !right {
            wrong.push(format!("pairs.txt:{}: {line}: {said}", at + 1));
        }
    }
    eprintln!("{counts:?}");
    assert!(counts.values().sum::<usize>() > 1_500, "{counts:?}");
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
}
