//! The keep/drop table of the readability filter, and what holds for every text.

use super::*;
use crate::filters::testing::{completion, prompt, reason};
use proptest::prelude::*;

fn judge(text: &str) -> Judgement {
    Readability::default().judge(&prompt(), &completion(text))
}

#[test]
fn keep_drop_table() {
    let words = |count: usize| "word ".repeat(count);
    let think = |reasoning: &str| format!("<think>\n{reasoning}\n</think>\n\nSo \\boxed{{7}}.");
    for (name, text, expected) in [
        ("empty", String::new(), ""),
        ("a chain", think("We add 3 and 4, so $3 + 4 = 7$. Check: \\(7 - 4 = 3\\)."), ""),
        (
            "a long paragraph",
            think(&"Ten words make this sentence a long one or so. ".repeat(120)),
            "readability.long_paragraph",
        ),
        (
            "in two",
            think(
                &["Ten words make this sentence a long one or so. ".repeat(60), "Ten words. ".repeat(60)]
                    .join("\n\n"),
            ),
            "",
        ),
        ("a long sentence", think(&words(600)), "readability.long_sentence"),
        (
            "a long Chinese paragraph",
            think(&"我们先计算这个式子，再检查一遍。".repeat(170)),
            "readability.long_paragraph",
        ),
        ("figures", think(&"12 + 34 = 46, 56 * 78 = 4368; ".repeat(20)), "readability.few_letters"),
        ("symbols", think("So ?!#%^&*()+=-?!#%&()+=-:;?!#%&*()?!! it is."), "readability.symbol_run"),
        ("a rule", think(&format!("Part one.\n{}\nPart two.", "-".repeat(80))), ""),
        ("broken", think("The caf\u{fffd} is open."), "readability.broken_text"),
        ("misread", think("It doesnâ€™t matter."), "readability.broken_text"),
        ("an open formula", think("So \\(x = 3 and we are done."), "readability.unbalanced"),
        ("open dollars", think("So $$x = 3 and we are done."), "readability.unbalanced"),
        ("prices", think("It costs $5 and then $6, or $$ in slang, or $$."), ""),
        ("an open brace", think("So $\\frac{1}{2 = x$ and we are done."), "readability.unbalanced"),
        ("escaped braces", think("The set $\\{1, 2\\}$ and $\\left\\{x$ hold."), ""),
        ("a set in words", think("The set {1, 2, 3 is open."), ""),
        ("an open fence", "Answer:\n```python\nprint(1)".to_owned(), "readability.unbalanced"),
        (
            "code in reasoning",
            think("Let me run it.\n```python\nprint(3 + 4)\n```\nSo 7."),
            "readability.code_block",
        ),
        ("code in the solution", "<think>a b c</think>\n```python\nprint(3 + 4)\n```".to_owned(), ""),
        (
            "gibberish",
            think(&"xqzv kjwpt zzrxq bvcxz qwrtp lkjhg mnbvq ptkrw ".repeat(8)),
            "readability.gibberish",
        ),
        (
            "German",
            think(
                &"Wir zählen die beiden Zahlen zusammen und prüfen anschließend das Ergebnis noch einmal. "
                    .repeat(6),
            ),
            "",
        ),
    ] {
        let judgement = judge(&text);
        assert_eq!(reason(&judgement), expected, "{name}: {judgement:?}");
        assert_eq!(judgement.scores.len(), 8, "scores are recorded on keep and on drop");
    }
    let code = Prompt { domain: "code".to_owned(), ..prompt() };
    let text = think("Let me see.\n```python\nprint(3 + 4)\n```\nSo 7.");
    assert_eq!(reason(&Readability::default().judge(&code, &completion(&text))), "");
}

#[test]
fn options_out_of_range_are_named() {
    let default = Readability::default();
    assert!(default.clone().checked().is_ok());
    for (options, named) in [
        (Readability { max_paragraph_words: 0, ..default.clone() }, "max_paragraph_words"),
        (Readability { min_letter_fraction: 1.5, ..default.clone() }, "min_letter_fraction"),
        (Readability { max_gibberish: f64::NAN, ..default }, "max_gibberish"),
    ] {
        assert!(options.checked().expect_err(named).contains(named));
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_scores_are_numbers(text in "(?s).{0,300}", latex in "[\\\\$`{}()\\[\\]a-z \n]{0,200}") {
        for text in [text.clone(), latex.clone(), format!("{text}{latex}{text}")] {
            for (name, score) in judge(&text).scores {
                prop_assert!(score.is_finite() && score >= 0.0, "{} {}", name, score);
            }
        }
    }
}
