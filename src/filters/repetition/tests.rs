//! The keep/drop table of the repetition filter, and what holds for every text.

use super::*;
use crate::filters::testing::{completion, prompt, reason};
use proptest::prelude::*;

fn judge(text: &str) -> Judgement {
    Repetition::default().judge(&prompt(), &completion(text))
}

/// `count` distinct sentences, whose words differ, too.
fn prose(count: usize) -> String {
    const VERBS: [&str; 7] = ["adds", "takes away", "halves", "doubles", "squares", "rounds", "compares"];
    const ENDS: [&str; 5] =
        ["which is fine", "as it should be", "so we go on", "and that is odd", "to be checked later"];
    (0..count)
        .map(|i| {
            format!(
                "Step {i} {} {} and what came of step {}, {}. ",
                VERBS[i % 7],
                i * 7,
                i * i,
                ENDS[i * i % 5]
            )
        })
        .collect()
}

#[test]
fn keep_drop_table() {
    let block = |reasoning: &str, solution: &str| format!("<think>\n{reasoning}\n</think>\n\n{solution}");
    let counting: String = (1..30).map(|n| format!("n={n}: {} is not prime; ", n * 6)).collect();
    let program = "def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total\n";
    let two_states: String = prose(6)
        + &[
            "Wait, that is not right, let me try again from the top.\n",
            "Hmm, I should check the sum once more, carefully now.\n",
        ]
        .concat()
        .repeat(12)
        + "So it is 7.";
    let lines: String = prose(3)
        + &["wait\n", "no\n", "let me see\n", "hmm\n", "again\n"].map(|l| l.repeat(9)).concat()
        + &"maybe\nor not\n".repeat(40)
        + "fin";
    for (name, text, expected) in [
        ("empty", String::new(), ""),
        ("a short chain", block("3 + 4 = 7. Check: 7 - 4 = 3.", "\\boxed{7}"), ""),
        ("a long chain", block(&prose(100), "\\boxed{7}"), ""),
        ("the solution repeats the reasoning", block(&program.repeat(2), program), ""),
        ("said twice", block(&prose(3).repeat(2), "\\boxed{7}"), ""),
        ("a phrase loop", block(&prose(5), &"the answer is ".repeat(20)), "repetition.loop"),
        (
            "reasoning ends in a loop",
            block(&(prose(5) + &"Wait, no. ".repeat(20)), "\\boxed{7}"),
            "repetition.loop",
        ),
        ("one character", format!("<think>{}", "0".repeat(150)), "repetition.loop"),
        ("one character, not long enough", format!("<think>{}", "0".repeat(149)), ""),
        ("a paragraph thrice", format!("<think>{}", prose(3) + &prose(5).repeat(3)), "repetition.loop"),
        ("cut inside the repeat", format!("<think>x{}", &prose(20).repeat(4)[..4000]), "repetition.loop"),
        ("a counter loop", format!("<think>{}", counting.trim_end()), "repetition.loop"),
        ("counting, then an answer", block(counting.trim_end(), "\\boxed{5}"), ""),
        ("two sentences in turn, then out", block(&two_states, "\\boxed{7}"), "repetition.loop"),
        ("short lines again and again", block(&lines, "\\boxed{7}"), "repetition.loop"),
    ] {
        let judgement = judge(&text);
        assert_eq!(reason(&judgement), expected, "{name}: {judgement:?}");
        assert_eq!(judgement.scores.len(), NAMES.len(), "scores are recorded on keep and on drop");
    }
}

#[test]
fn repeated_lines_are_found_where_ngrams_differ() {
    // Lines of a few words in changing order: no ten words in a row come twice.
    let mut rng = crate::rng::Rng::new(1);
    let text: String = (0..200)
        .map(|_| {
            format!(
                "check case {}\n",
                ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"][rng.below(13) as usize]
            )
        })
        .collect();
    let judgement = judge(&format!("<think>\n{text}done\n</think>\n\n7"));
    assert_eq!(reason(&judgement), "repetition.line_fraction", "{judgement:?}");
}

#[test]
fn ngrams_are_found_where_no_period_is() {
    // Four sentences in any order.
    let mut rng = crate::rng::Rng::new(2);
    let sentences = [
        "Wait, that is not right, so let me try again from the very top. ",
        "Hmm, I should check the sum once more, and carefully now, to be sure of it. ",
        "Perhaps the other side of the equation is where the slip was made after all. ",
        "No, the product was right and the sum was wrong, as I said before I went on. ",
    ];
    let text: String = (0..40).map(|_| sentences[rng.below(4) as usize]).collect();
    let judgement = judge(&format!("<think>\n{text}So it is 7, done.\n</think>\n\n7"));
    assert_eq!(reason(&judgement), "repetition.ngram_fraction", "{judgement:?}");
}

#[test]
fn options_out_of_range_are_named() {
    let default = Repetition::default();
    assert!(default.clone().checked().is_ok());
    for (options, named) in [
        (Repetition { loop_repeats: 1, ..default.clone() }, "loop_repeats"),
        (Repetition { counter_chars: 0, ..default.clone() }, "counter_chars"),
        (Repetition { ngram_words: 2, ..default.clone() }, "ngram_words"),
        (Repetition { max_ngram_fraction: 1.5, ..default.clone() }, "max_ngram_fraction"),
        (Repetition { max_line_fraction: f64::NAN, ..default }, "max_line_fraction"),
    ] {
        let message = options.checked().expect_err(named);
        assert!(message.contains(named), "{message}");
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_scores_are_fractions(text in "(?s).{0,400}", unit in "[a-c \n0-9]{1,30}") {
        for text in [text.clone(), unit.repeat(40), format!("<think>{text}</think>{}", unit.repeat(9))] {
            let judgement = judge(&text);
            for (name, score) in judgement.scores {
                prop_assert!(score.is_finite() && score >= 0.0, "{} {}", name, score);
                prop_assert!(!name.ends_with("fraction") || score <= 1.0, "{} {}", name, score);
            }
        }
    }

    #[test]
    fn a_planted_loop_of_any_period_is_dropped(
        before in "[a-z ]{0,300}", unit in "[a-z]{1,120}", more in 0usize..200,
    ) {
        // Three repeats and 150 characters at least, cut anywhere.
        let length = (unit.len() * 3).max(150) + more;
        let looping: String = unit.chars().cycle().take(length).collect();
        for text in [format!("<think>{before}{looping}"), format!("<think>{before}{looping}</think>7")] {
            let judgement = judge(&text);
            prop_assert_eq!(reason(&judgement), "repetition.loop");
        }
    }
}
