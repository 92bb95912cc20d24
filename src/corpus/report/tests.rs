//! The page: hostile texts, figures, and a sample to look at.

use super::*;

fn sample() -> Report {
    let mut prompts = Stage::new("decontaminate", "prompts");
    (0..2_400).for_each(|_| prompts.keep());
    (0..31).for_each(|_| prompts.drop("decontaminate.overlap"));
    let mut filters = Stage::new("filters", "samples");
    (0..8_000).for_each(|_| filters.keep());
    (0..1_200).for_each(|_| filters.drop("repetition.ngram_fraction"));
    (0..310).for_each(|_| filters.drop("language.mixed"));
    (0..900).for_each(|_| filters.drop("truncated.length"));
    let mut verifiers = Stage::new("verifiers", "samples");
    (0..5_100).for_each(|_| verifiers.keep());
    (0..2_700).for_each(|_| verifiers.drop("math.wrong"));
    (0..180).for_each(|_| verifiers.drop("math.no_answer"));
    (0..20).for_each(|_| verifiers.error("python.sandbox"));
    let mut select = Stage::new("select", "samples");
    (0..3_000).for_each(|_| select.keep());
    (0..2_100).for_each(|_| select.drop("select.not_preferred"));
    let (mut passed, mut not_passed) = (Lengths::default(), Lengths::default());
    for n in 0..5_100u32 {
        passed.add(60 + (n * n % 97) * (n % 13));
    }
    for n in 0..5_310u32 {
        not_passed.add(40 + (n * n % 101) * (n % 31));
    }
    let source = |name: &str, domain: &str, prompts, rate: u64| SourceCount {
        source: name.to_owned(),
        domain: domain.to_owned(),
        prompts,
        solved: prompts * (rate + 20).min(100) / 100,
        samples: prompts * 4,
        decided: prompts * 4,
        passed: prompts * 4 * rate / 100,
        examples: prompts * rate / 100,
    };
    let chain = |fate: &str, reason: Option<&str>, text: &str| Chain {
        accepted: fate == "accepted",
        fate: fate.to_owned(),
        reason: reason.map(str::to_owned),
        detail: reason.map(|_| "the answer is 14, the reference answer 15".to_owned()),
        source: "linear_equation".to_owned(),
        problem: "Solve 3x + 4 = 49 for x.".to_owned(),
        answer: Some("15".to_owned()),
        text: text.to_owned(),
        num_tokens: 143,
    };
    let speed = (0..600).map(|n| Speed {
        secs: 5.0 * f64::from(n),
        tokens_per_sec: 2_000.0 + 300.0 * (f64::from(n) / 20.0).sin() - 1_500.0 * (-f64::from(n) / 9.0).exp(),
    });
    Report {
        name: "quickstart".to_owned(),
        model: "builtin".to_owned(),
        complete: true,
        state: "complete".to_owned(),
        examples: 3_000,
        facts: vec![
            ("engine".to_owned(), "candle, cpu".to_owned()),
            ("temperature".to_owned(), "1.0".to_owned()),
            ("seed".to_owned(), "42".to_owned()),
        ],
        funnel: Funnel { stages: vec![prompts, filters, verifiers, select] },
        passed,
        not_passed,
        sources: vec![
            source("linear_equation", "math", 600, 71),
            source("gsm8k", "math", 900, 38),
            source("a_source_with_a_rather_long_name_indeed", "logic", 500, 55),
            source("list_program", "code", 400, 9),
        ],
        speed: speed.collect(),
        chains: vec![
            chain("accepted", None, "<think>\n3x = 49 - 4 = 45\nx = 15\n</think>\n\n\\boxed{15}"),
            chain("failed", Some("math.wrong"), "<think>\n3x = 42\n</think>\n\n\\boxed{14}"),
        ],
        config: "[run]\nseed = 42\noutput = \"runs/quickstart\"\n".to_owned(),
    }
}

#[test]
fn hostile_texts_are_only_text() {
    const ATTACK: &str =
        "</pre><script>alert(1)</script><img src=x onerror=\"alert(2)\">\" onload='alert(3)'\u{202e}\0";
    let mut report = sample();
    let attack = || ATTACK.to_owned();
    report.chains = vec![Chain {
        accepted: false,
        fate: attack(),
        reason: Some(attack()),
        detail: Some(attack()),
        source: attack(),
        problem: attack(),
        answer: Some(attack()),
        text: attack(),
        num_tokens: 1,
    }];
    (report.name, report.model, report.state, report.config) = (attack(), attack(), attack(), attack());
    report.facts = vec![(attack(), attack())];
    report.sources[0].source = attack();
    report.sources[0].domain = attack();
    report.funnel.stages[0].name = attack();
    report.funnel.stages[0].unit = attack();
    report.funnel.stages[0].drop(ATTACK);
    report.funnel.stages[0].error(ATTACK);
    let page = render(&report).unwrap();
    for markup in
        ["<script", "<img", "</pre><script", "\" onload=", "' onload=", "onerror=\"", "\u{202e}", "\0"]
    {
        assert!(!page.contains(markup), "{markup:?} reached the page");
    }
    assert!(page.matches("&lt;script&gt;alert(1)").count() >= 15, "every text is still shown");
    let mut clean = sample();
    clean.chains.truncate(1);
    let quotes = |page: &str| page.matches("<pre>").count();
    assert_eq!(quotes(&page), 5, "problem, answer, detail, completion, config");
    assert_eq!(quotes(&render(&clean).unwrap()), 4);
}

#[test]
fn the_page_needs_no_network_and_no_script() {
    let page = render(&sample()).unwrap();
    for needs in ["http://", "https://", "src=", "href=", "url(", "@import", "<script", "<link"] {
        assert!(!page.contains(needs), "the page has {needs}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn figures_and_bars() {
    let page = render(&sample()).unwrap();
    for text in [
        "<dt>samples drawn</dt><dd>10,410<small>",
        "repetition.ngram_fraction<",
        "<td class=\"n\">11.5 %</td>",
        "width:76.85%",
        "linear_equation, 143 tokens",
        "49 min 55 s",
    ] {
        assert!(page.contains(text), "the page lacks {text:?}");
    }
    assert_eq!(page, render(&sample()).unwrap());
    assert!(page.len() < 60_000, "{}", page.len());
}

#[test]
fn a_run_without_anything_has_a_page() {
    let page = render(&Report { name: "empty".to_owned(), ..Report::default() }).unwrap();
    assert!(page.contains("<h1>empty</h1>") && !page.contains("<h2>"), "{page}");
    assert!(!page.contains("NaN") && !page.contains("inf"));
}

#[test]
fn durations() {
    for (secs, text) in [(0.4, "0 s"), (59.0, "59 s"), (61.0, "1 min 1 s"), (7_384.0, "2 h 3 min")] {
        assert_eq!(duration(secs), text);
    }
}
