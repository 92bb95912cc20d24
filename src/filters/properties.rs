//! What holds for every filter and any text: it never panics, it says the same on every thread and every time, its
//! scores are numbers and the same names on keep and on drop, and LaTeX and code are not read. Tests only.

use super::testing::{completion, prompt, reason};
use super::{Filter, Options, build};
use crate::record::Prompt;
use proptest::prelude::*;

/// Every filter with its default options.
fn all() -> Vec<Box<dyn Filter>> {
    const ALL: [&str; 8] =
        ["length", "truncated", "repetition", "format", "language", "readability", "refusal", "reflection"];
    let filter = |name: &str| {
        let options: Options = toml::from_str(&format!("{name} = {{}}")).expect("options");
        let filter = build(&options).expect("in range");
        assert_eq!(filter.name(), name);
        filter
    };
    ALL.into_iter().map(filter).collect()
}

/// A text as a model might end up writing: words, marks, tags, broken Unicode, scripts.
fn any_text() -> impl Strategy<Value = String> {
    let bytes = proptest::collection::vec(any::<u8>(), 0..300)
        .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let parts = proptest::collection::vec(
        prop_oneof![
            Just("<think>"),
            Just("</think>"),
            Just("\\boxed{"),
            Just("}"),
            Just("{"),
            Just("$"),
            Just("$$"),
            Just("\\("),
            Just("\\)"),
            Just("\\["),
            Just("\\begin{align}"),
            Just("\\end{align}"),
            Just("`"),
            Just("```"),
            Just("```\n"),
            Just("~~~"),
            Just("\n"),
            Just("\n\n"),
            Just(" "),
            Just("7"),
            Just("12.5"),
            Just("<|im_end|>"),
            Just("http://a"),
            Just("[asy]"),
            Just("é"),
            Just("三"),
            Just("か"),
            Just("ж"),
            Just("ά"),
            Just("ก"),
            Just("\u{301}"),
            Just("\u{200b}"),
            Just("\u{fffd}"),
            Just("der Hund und die Katze "),
            Just("wait, let me check. "),
            Just("I cannot help with that. "),
            Just("'"),
            Just("’"),
            Just("的是"),
            Just("a"),
            Just("\0"),
            Just("\u{85}"),
        ],
        0..60,
    )
    .prop_map(|parts| parts.concat());
    prop_oneof![any::<String>(), bytes, parts]
}

/// Formulas and programs. Some are in the other's language: neither is read.
const LATEX: [&str; 10] = [
    "$x$",
    "$a + b = c$",
    "$\\frac{1}{2}$",
    "\\(x^2 + y^2\\)",
    "\\[\\int_0^1 f(x)\\,dx\\]",
    "$$\\sum_{n=1}^\\infty \\frac{1}{n^2}$$",
    "$\\text{Anzahl der Tage} = 7$",
    "$\\mathrm{Fläche}$",
    "\\begin{align*} x &= 1 \\\\ y &= 2 \\end{align*}",
    "$αβγ + δε$",
];
const CODE: [&str; 6] = [
    "`x`",
    "`der_hund(die_katze)`",
    "`print('Guten Morgen zusammen')`",
    "`for i in range(3): pass`",
    "`因此`",
    "`{`",
];
const WORDS: [&str; 8] = [
    "We add the numbers",
    "and then we look at",
    "so that it follows from",
    "which is what we want, since",
    "for the sum of all of them with",
    "but the other one is not",
    "because the first is larger than",
    "and this gives the result",
];

/// Prose with holes for formulas and programs.
fn filled(words: &[usize], holes: &[(bool, usize)]) -> String {
    let mut text = String::from("<think>\n");
    for (at, word) in words.iter().enumerate() {
        text += WORDS[*word];
        let (code, which) = holes[at % holes.len()];
        text =
            format!("{text} {} ", if code { CODE[which % CODE.len()] } else { LATEX[which % LATEX.len()] });
        text += ["", ", ", ". "][word % 3];
        if at % 4 == 3 {
            text += "\n\n";
        }
    }
    text + "done.\n</think>\n\nSo it is \\boxed{7}."
}

#[test]
fn every_filter_is_here() {
    // A filter that is added to `Options` is named in what its error lists, and must be in `all`.
    let message = toml::from_str::<Options>("nothing = {}").expect_err("no such filter").to_string();
    for filter in all() {
        assert!(message.contains(&format!("`{}`", filter.name())), "{message}");
    }
    assert_eq!(message.matches('`').count() / 2, 1 + all().len(), "{message}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_panic_and_every_thread_says_the_same(
        text in any_text(), problem in any_text(), domain in prop_oneof![Just("math"), Just("code")],
    ) {
        let prompt = Prompt { problem, domain: domain.to_owned(), ..prompt() };
        let sample = completion(&text);
        let judged = || -> Vec<_> { all().iter().map(|filter| filter.judge(&prompt, &sample)).collect() };
        let here = judged();
        // This thread has read other texts before; the new one has not.
        let there = std::thread::scope(|scope| scope.spawn(judged).join()).expect("no panic");
        prop_assert_eq!(&here, &there);
        prop_assert_eq!(&here, &judged());
        let together = super::judge_all(&all(), &prompt, &sample, &[]);
        // All of them, also those behind a drop.
        prop_assert_eq!(together.len(), here.len());
        for (record, alone) in together.iter().zip(&here) {
            prop_assert_eq!(&record.decision, &alone.decision);
            let scores: Vec<_> = record.scores.iter().map(|(name, value)| (&**name, *value)).collect();
            prop_assert_eq!(&scores, &alone.scores);
        }
        for (filter, judgement) in all().iter().zip(&here) {
            for (name, score) in &judgement.scores {
                prop_assert!(score.is_finite() && *score >= 0.0, "{}.{} is {}", filter.name(), name, score);
            }
            let why = reason(judgement);
            prop_assert!(why.is_empty() || why.starts_with(&format!("{}.", filter.name())), "{}", why);
        }
    }

    #[test]
    fn a_kept_text_stays_kept_with_other_latex_and_code(
        words in proptest::collection::vec(0..WORDS.len(), 12..40),
        one in proptest::collection::vec((any::<bool>(), 0usize..60), 40),
        other in proptest::collection::vec((any::<bool>(), 0usize..60), 40),
    ) {
        let prompt = Prompt { problem: "How many are there in all of these sums?".to_owned(), ..prompt() };
        for filter in all() {
            // What repeats may well be the formulas: that filter reads them.
            if filter.name() == "repetition" {
                continue;
            }
            let first = filter.judge(&prompt, &completion(&filled(&words, &one)));
            let second = filter.judge(&prompt, &completion(&filled(&words, &other)));
            prop_assert_eq!(reason(&first), reason(&second), "{}", filter.name());
            prop_assert_eq!(reason(&first), "", "{}", filter.name());
        }
    }

    #[test]
    fn repetition_keeps_a_text_whose_formulas_are_renamed(
        words in proptest::collection::vec(0..WORDS.len(), 12..40), letters in "[a-z]{2}",
    ) {
        // Formulas that differ from one another stay so under other names.
        let named = |letter: &str| {
            let mut text = String::from("<think>\n");
            for (at, word) in words.iter().enumerate() {
                text = format!("{text}{} ${letter}_{at} + {}$ ", WORDS[*word], at * at);
            }
            text + "done.\n</think>\n\nSo it is \\boxed{7}."
        };
        let filter = build(&toml::from_str("repetition = {}").expect("options")).expect("in range");
        let first = filter.judge(&prompt(), &completion(&named(&letters[..1])));
        let second = filter.judge(&prompt(), &completion(&named(&letters[1..])));
        prop_assert_eq!(reason(&first), reason(&second));
    }
}
