//! Does a text hold what was never meant for its reader? In: the text, the prompt's problem. Out: the first special
//! token, line of a chat template, turn of another speaker, or next example of a few-shot prompt. What the problem
//! itself shows is no leak: it is asked about. Linear in the text; never looks at anything but these marks.

use std::ops::Range;

use crate::filters::classes::{self, Block};

/// Special tokens of common models that are not of the form `<|name|>` or `<｜name｜>`, as their tokenizers write
/// them, by what they begin with …
const ANGLED: [&str; 28] = [
    "</s>",
    "<<SYS>>",
    "<</SYS>>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<tool_call>",
    "<tool_response>",
    "<bos>",
    "<eos>",
    "<pad>",
    "<unk>",
    "<mask>",
    "<sep>",
    "<extra_id_",
    "<reserved_special_token",
    "<fim_prefix>",
    "<fim_middle>",
    "<fim_suffix>",
    "<file_sep>",
    "<sop>",
    "<eop>",
    "<eoh>",
    "<eoa>",
    "<reserved_",
    "<TOKENS_UNUSED_",
    "<seed:",
    "<beginning_of_sentence>",
    "<end_of_sentence>",
];
const SQUARE: [&str; 16] = [
    "[INST]",
    "[/INST]",
    "[SYSTEM_PROMPT]",
    "[AVAILABLE_TOOLS]",
    "[TOOL_CALLS]",
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "[BOS]",
    "[EOS]",
    "[gMASK]",
    "[|user|]",
    "[|assistant|]",
    "[|endofturn|]",
];
/// … and the words that a chat template is made of.
const CURLY: [&str; 7] =
    ["{%- ", "{% for ", "{% if ", "{% endif", "{{ problem }}", "{{problem}}", "{{ messages"];

/// How another speaker's turn begins, at the start of a line behind marks of emphasis or a heading. `System:` is not
/// here: systems of equations are introduced so.
const TURNS: [&str; 17] = [
    "User:",
    "USER:",
    "Assistant:",
    "ASSISTANT:",
    "Human:",
    "HUMAN:",
    "AI Assistant:",
    "Instruction:",
    "Response:",
    "User**:",
    "Assistant**:",
    "Human**:",
    "用户：",
    "用户:",
    "助手：",
    "助手:",
    "人类：",
];
/// These are turns only behind a heading's marks.
const HEADINGS: [&str; 2] = ["Instruction:", "Response:"];

/// How the next example of a few-shot prompt begins, at the start of a line behind an answer.
const EXAMPLES: [&str; 9] = [
    "Problem:",
    "Question:",
    "Q:",
    "Exercise:",
    "Next problem",
    "Next question",
    "问题：",
    "问题:",
    "题目：",
];
/// What an answer is given with.
const ANSWERS: [&str; 6] =
    ["\\boxed{", "final answer is", "The answer is", "the answer is", "Final Answer:", "#### "];

/// Longest name in `<|name|>` that is looked for, in bytes.
const LONGEST_NAME: usize = 40;

/// The first leak in `text`, whose classes are `blocks`; tokens come before turns, and these before examples behind the
/// answer of the solution that stands at `solution`.
pub fn find<'a>(text: &'a str, blocks: &[Block], solution: Range<usize>, problem: &str) -> Option<&'a str> {
    let asked = |leak: &&str| !problem.contains(leak);
    if let Some(token) = tokens(text, blocks).find(asked) {
        return Some(token);
    }
    // Few lines begin with a letter that may begin a turn.
    let may = |at: &usize| matches!(first(text, *at, b"*# \t"), b'U' | b'A' | b'H' | b'I' | b'R' | 0x80..);
    let mut turns =
        starts(blocks, 0..text.len()).filter(may).filter_map(|at| turn(text[at..].lines().next()?));
    if let Some(turn) = turns.find(asked) {
        return Some(turn);
    }
    let may = |at: &usize| matches!(first(text, *at, b"*# "), b'P' | b'Q' | b'E' | b'N' | 0x80..);
    let mut examples = starts(blocks, solution.clone()).skip(1).filter(may).filter_map(|at| {
        let line = text[at..solution.end].trim_start_matches(['*', '#', ' ']);
        Some((at, EXAMPLES.into_iter().find(|example| line.starts_with(example)).map(|n| &line[..n.len()])?))
    });
    // Most solutions have no such line, and are not searched for the answer before it.
    let (first, example) = examples.next()?;
    let answers = ANSWERS.iter().filter_map(|answer| text[solution.clone()].find(answer));
    let answered = solution.start + answers.min()?;
    if first > answered {
        Some(example)
    } else {
        examples.find(|(at, _)| *at > answered).map(|(_, found)| found)
    }
}

/// Where the lines within `range` begin.
fn starts(blocks: &[Block], range: Range<usize>) -> impl Iterator<Item = usize> {
    let first = range.start / 64;
    let behind = classes::places(&blocks[first..], |block| block.newlines).map(move |at| 64 * first + at + 1);
    std::iter::once(range.start)
        .chain(behind.skip_while(move |at| *at <= range.start).take_while(move |at| *at < range.end))
}

/// The first byte from `at` on that is none of the `marks`.
fn first(text: &str, at: usize, marks: &[u8]) -> u8 {
    text.as_bytes()[at..].iter().copied().find(|byte| !marks.contains(byte)).unwrap_or(0)
}

fn tokens<'a>(text: &'a str, blocks: &[Block]) -> impl Iterator<Item = &'a str> {
    type Map = fn(&Block) -> u64;
    let all: [(Map, &[&str]); 3] =
        [(|block| block.angles, &ANGLED), (|block| block.squares, &SQUARE), (|block| block.opens, &CURLY)];
    all.into_iter().flat_map(move |(map, special)| {
        classes::places(blocks, map).filter_map(move |at| {
            // What most brackets are followed by begins no token.
            let next = *text.as_bytes().get(at + 1)?;
            match (text.as_bytes()[at], next) {
                (b'<', b'|') => named(&text[at..], "<|", "|>"),
                (b'<', b'0') => byte(&text[at..]),
                (b'<', 0x80..) => named(&text[at..], "<｜", "｜>"),
                // Notes of a calculator, `<<3+4=7>>`.
                (b'<', b'<') if matches!(text.as_bytes().get(at + 2), Some(b'0'..=b'9')) => None,
                (b'<', b'/' | b'<' | b'a'..=b'z' | b'T')
                | (b'[', b'/' | b'g' | b'|' | b'A'..=b'Z')
                | (b'{', b'{' | b'%') => {
                    let rest = &text[at..];
                    let starts = |token: &&&str| token.as_bytes()[1] == next && rest.starts_with(**token);
                    special.iter().find(starts).map(|token| &rest[..token.len()])
                }
                _ => None,
            }
        })
    })
}

/// The `<|name|>` of letters, digits, underscores, spaces of SentencePiece with which `text` begins.
fn named<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let inside = text.strip_prefix(open)?;
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '▁' | '/' | '.' | ' ');
    let name: usize = inside.chars().take(LONGEST_NAME).take_while(|c| part(*c)).map(char::len_utf8).sum();
    // `<| y |>` is mathematics.
    let word = inside[..name].starts_with(|c: char| c != ' ') && !inside[..name].ends_with(' ');
    (word && inside[name..].starts_with(close)).then(|| &text[..open.len() + name + close.len()])
}

/// A byte that a tokenizer could not put together, `<0x0A>`.
fn byte(text: &str) -> Option<&str> {
    let token = text.get(..6)?;
    let hex = token.strip_prefix("<0x")?.strip_suffix('>')?;
    hex.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte)).then_some(token)
}

fn turn(line: &str) -> Option<&str> {
    let plain = line.trim_start_matches(['*', '#', ' ', '\t']);
    let heading = line.trim_start().starts_with('#');
    let turn = TURNS.into_iter().find(|turn| plain.starts_with(turn))?;
    (heading || !HEADINGS.contains(&turn)).then(|| &plain[..turn.len()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::classes::classes;
    use proptest::prelude::*;

    /// In a text that is all solution.
    fn found<'a>(text: &'a str, problem: &str) -> Option<&'a str> {
        find(text, &classes(text), 0..text.len(), problem)
    }

    #[test]
    fn leaks_table() {
        for (text, expected) in [
            // Tokens, of which some are cut out of words.
            ("7<|im_end|>", "<|im_end|>"),
            ("a<|endoftext|>b", "<|endoftext|>"),
            ("7<|eot_id|>", "<|eot_id|>"),
            ("7<|end_of_text|>", "<|end_of_text|>"),
            ("7</s>", "</s>"),
            ("7<｜end▁of▁sentence｜>", "<｜end▁of▁sentence｜>"),
            ("<｜Assistant｜>7", "<｜Assistant｜>"),
            ("<｜tool▁calls▁begin｜>7", "<｜tool▁calls▁begin｜>"),
            ("7<end_of_turn>", "<end_of_turn>"),
            ("[INST] 7 [/INST]", "[INST]"),
            ("<<SYS>> be good", "<<SYS>>"),
            ("7<pad><pad>", "<pad>"),
            ("7 [SEP] 8", "[SEP]"),
            ("<extra_id_0> 7", "<extra_id_"),
            ("7<eoh>", "<eoh>"),
            ("7<reserved_106>", "<reserved_"),
            ("7<TOKENS_UNUSED_1>", "<TOKENS_UNUSED_"),
            ("<seed:think>7", "<seed:"),
            ("[gMASK]<sop>7", "<sop>"),
            ("[gMASK] 7", "[gMASK]"),
            ("[|assistant|]7", "[|assistant|]"),
            ("7<0x0A>8", "<0x0A>"),
            ("<fim_middle>7", "<fim_middle>"),
            // A template.
            ("{%- if x %}", "{%- "),
            ("{% for m in messages %}", "{% for "),
            ("Solve {{ problem }} now", "{{ problem }}"),
            // Turns.
            ("7\nUser: and 4 + 5?", "User:"),
            ("7\n  Assistant: b", "Assistant:"),
            ("7\n**User:** b", "User:"),
            ("7\n**Human**: b", "Human**:"),
            ("7\n### Instruction:\nb", "Instruction:"),
            ("7\n### Response:\nb", "Response:"),
            ("USER: b", "USER:"),
            ("7\n用户：再算一题", "用户："),
            // The next example of a few-shot prompt.
            ("It is \\boxed{7}.\n\nProblem:\nWhat is 4 + 5?", "Problem:"),
            ("The answer is 7.\n\nQuestion: What is 4 + 5?", "Question:"),
            ("The answer is 7.\nQ: What is 4 + 5?", "Q:"),
            ("Final Answer: The final answer is 7.\n\n**Problem:** b", "Problem:"),
            ("#### 7\n\nQuestion: b", "Question:"),
            // None of these.
            ("", ""),
            ("Problem: what is 3 + 4?\nIt is \\boxed{7}.", ""),
            ("Question: is it odd? Yes, so the answer is \\boxed{7}.", ""),
            ("The User: field is empty. The human: eye. user: x", ""),
            ("Users: 3\nSystem: x + y = 7\nResponse: 7\nInstruction: add", ""),
            ("x <| y |> z, |x| < |y|, <||>, <|, <| a|b |>", ""),
            ("Bring </sub> and <s> up, <b>x</b>, a<pad, List<int>", ""),
            ("[0, 1], [a-z], [Sep], [x](y), $[1, 2)$", ""),
            ("{{24}^{24}}, {{1, 2}, {3}}, f'{{x}}', 100{\\%}", ""),
            ("x <0x1F, 0x0A, <0xGG>", ""),
        ] {
            assert_eq!(found(text, "").unwrap_or_default(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_the_problem_shows_is_asked_about() {
        let problem = "What does the token <|im_end|> do, and who says \"User:\"?";
        for text in ["It is <|im_end|>.", "User: says a person."] {
            assert_eq!(found(text, problem), None, "{text}");
            assert!(found(text, "").is_some(), "{text}");
        }
        assert_eq!(found("<|im_end|> <|im_start|>", problem), Some("<|im_start|>"));
    }

    proptest! {
        #[test]
        fn every_token_is_looked_for(before in ".{0,40}", which in 0..ANGLED.len() + SQUARE.len() + CURLY.len()) {
            let token = *ANGLED.iter().chain(&SQUARE).chain(&CURLY).nth(which).expect("one of them");
            prop_assert!(found(&format!("{before}{token}"), "").is_some(), "{}", token);
        }

        #[test]
        fn a_token_is_found_anywhere(before in ".{0,40}", after in ".{0,40}", token in "<\\|[a-z_0-9]{1,20}\\|>") {
            let text = format!("{before}{token}{after}");
            prop_assert!(found(&text, "").is_some());
        }

        #[test]
        fn a_turn_is_found_on_any_line(before in "[a-z \n]{0,40}", mark in "[*# ]{0,3}", turn in 0..7usize) {
            let text = format!("{before}\n{mark}{} b", TURNS[turn]);
            prop_assert!(found(&text, "").is_some());
        }
    }
}
