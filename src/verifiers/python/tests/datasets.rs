//! Known-good programs of public data sets: they pass, and with changed results they do not.

use super::*;

/// Canonical solutions pass (but for those named, with their reasons), and none with its results
/// changed.
fn canonical(problems: Vec<(String, String, Prompt)>, not_passing: &[(&str, &str)]) {
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
            if PATIENT.verdict(prompt, &answer(&wrong)) == Verdict::Pass {
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
    );
}
