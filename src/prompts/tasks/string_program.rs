//! Python functions on strings, composed of one to four steps: case, slices, letters, words, and a
//! number, a truth value or a list of words made of the text at the end. All text is ASCII.

use super::program::{Program, facts, read_name};
use super::step::{Operation, Row, Step, Value, plain, with};
use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;

/// An operation on a string; the tables below say in words what each does.
#[allow(missing_docs, reason = "the tables give each operation's wordings and code")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    RemoveLetter,
    Star,
    Doubled,
    Prefix,
    Suffix,
    First,
    Last,
    Skip,
    Cut,
    FirstWords,
    LastWords,
    LongWords,
    Spaces,
    Upper,
    Lower,
    Swap,
    Reverse,
    NoVowels,
    OnlyVowels,
    NoSpaces,
    NoDigits,
    OnlyDigits,
    EverySecond,
    ReverseWords,
    TurnWords,
    SortWords,
    ByLength,
    Initials,
    Repeat,
    Double,
    CountLetter,
    CountLong,
    CountShort,
    Starts,
    Length,
    CountVowels,
    CountWords,
    CountUpper,
    CountDigits,
    Split,
    Palindrome,
    Distinct,
}

/// Letters that steps look for, most frequent ones of English first.
const LETTERS: &[u8; 14] = b"eaotinsrldhmpc";
/// What steps put before or after a text.
const AFFIXES: &[&str] =
    &["un", "re", "x", "pre", "my", "ok", "end", "Hi ", "A-", "new ", "!", "++", "42", "_", "es", "all"];
/// What replaces a space.
const MARKS: &[&str] = &["-", "_", ".", "+", "/", "*"];

/// Steps from a text to a text.
#[rustfmt::skip]
const TEXTS: &[Row<Op>] = &[
    with(Op::RemoveLetter, (0, 13), &["remove every '{k}'", "delete each '{k}'"],
        ["{v}.replace(\"{k}\", \"\")", "{v}.replace(\"{k}\", \" \")", "leaves a space in place of each letter"]),
    with(Op::Star, (0, 13), &["replace every '{k}' by '*'", "turn each '{k}' into '*'"],
        ["{v}.replace(\"{k}\", \"*\")", "{v}.replace(\"*\", \"{k}\")", "replaces the wrong way round"]),
    with(Op::Doubled, (0, 13), &["replace every '{k}' by '{k}{k}'", "double each '{k}'"],
        ["{v}.replace(\"{k}\", \"{k}{k}\")", "{v}.replace(\"{k}{k}\", \"{k}\")", "replaces the wrong way round"]),
    with(Op::Prefix, (0, 15), &["put '{k}' in front of the text", "add '{k}' at the start"],
        ["\"{k}\" + {v}", "{v} + \"{k}\"", "puts it at the end"]),
    with(Op::Suffix, (0, 15), &["put '{k}' after the text", "add '{k}' at the end"],
        ["{v} + \"{k}\"", "\"{k}\" + {v}", "puts it at the start"]),
    with(Op::First, (2, 7), &["keep at most the first {k} characters", "keep the first {k} characters (all if there are fewer)"],
        ["{v}[:{k}]", "{v}[{k}:]", "skips the first {k} characters instead of keeping them"]),
    with(Op::Last, (2, 7), &["keep at most the last {k} characters", "keep the last {k} characters (all if there are fewer)"],
        ["{v}[-{k}:]", "{v}[:-{k}]", "drops the last {k} characters instead of keeping them"]),
    with(Op::Skip, (2, 5), &["drop the first {k} characters", "cut off the first {k} characters"],
        ["{v}[{k}:]", "{v}[:{k}]", "keeps the first {k} characters instead of dropping them"]),
    with(Op::Cut, (2, 5), &["drop the last {k} characters", "cut off the last {k} characters"],
        ["{v}[:-{k}]", "{v}[-{k}:]", "keeps the last {k} characters instead of dropping them"]),
    with(Op::FirstWords, (2, 4), &["keep at most the first {k} words, joined by single spaces", "keep the first {k} words (all if there are fewer) with one space between words"],
        ["\" \".join({v}.split()[:{k}])", "\" \".join({v}[:{k}])", "takes {k} characters instead of words"]),
    with(Op::LastWords, (2, 4), &["keep at most the last {k} words, joined by single spaces", "keep the last {k} words (all if there are fewer) with one space between words"],
        ["\" \".join({v}.split()[-{k}:])", "\" \".join({v}[-{k}:])", "takes {k} characters instead of words"]),
    with(Op::LongWords, (2, 5), &["keep only the words longer than {k} characters, joined by single spaces", "drop all words of at most {k} characters and join the others by single spaces"],
        ["\" \".join(w for w in {v}.split() if len(w) > {k})", "\" \".join(w for w in {v}.split() if len(w) >= {k})", "would also keep words of {k} characters"]),
    with(Op::Spaces, (0, 5), &["replace every space by '{k}'", "put '{k}' in place of each space"],
        ["{v}.replace(\" \", \"{k}\")", "{v}.replace(\"{k}\", \" \")", "replaces the wrong way round"]),
    plain(Op::Upper, &["convert the text to upper case", "make all letters uppercase", "change every letter to a capital letter", "turn the text into capitals"],
        ["{v}.upper()", "{v}.lower()", "gives small letters"]),
    plain(Op::Lower, &["convert the text to lower case", "make all letters lowercase", "change every letter to a small letter", "turn all capitals into small letters"],
        ["{v}.lower()", "{v}.upper()", "gives capital letters"]),
    plain(Op::Swap, &["swap upper and lower case", "make small letters capital and capital letters small", "switch the case of every letter", "turn uppercase letters into lowercase ones and the other way round"],
        ["{v}.swapcase()", "{v}.upper()", "leaves capital letters as they are"]),
    plain(Op::Reverse, &["reverse the text", "reverse the order of the characters", "turn the text around", "write the characters in reverse order"],
        ["{v}[::-1]", "{v}.reverse()", "fails, because a string has no such method"]),
    plain(Op::NoVowels, &["remove all vowels (a, e, i, o, u in both cases)", "delete every vowel (a, e, i, o, u, small or capital)", "drop the letters a, e, i, o, u in both cases", "take out all vowels: a, e, i, o, u, small or capital"],
        ["\"\".join(c for c in {v} if c not in \"aeiouAEIOU\")", "\"\".join(c for c in {v} if c in \"aeiouAEIOU\")", "keeps only the vowels"]),
    plain(Op::OnlyVowels, &["keep only the vowels (a, e, i, o, u in both cases)", "delete every character that is not a vowel (a, e, i, o, u, small or capital)", "keep just the letters a, e, i, o, u in both cases", "drop everything but vowels: a, e, i, o, u, small or capital"],
        ["\"\".join(c for c in {v} if c in \"aeiouAEIOU\")", "\"\".join(c for c in {v} if c in \"aeiou\")", "misses the capital vowels"]),
    plain(Op::NoSpaces, &["remove all spaces", "delete every space", "drop the spaces", "take out each space"],
        ["{v}.replace(\" \", \"\")", "{v}.strip()", "removes spaces only at the two ends"]),
    plain(Op::NoDigits, &["remove all digits", "delete every digit", "drop the digits 0 to 9", "take out each digit"],
        ["\"\".join(c for c in {v} if not c.isdigit())", "\"\".join(c for c in {v} if c.isdigit())", "keeps only the digits"]),
    plain(Op::OnlyDigits, &["keep only the digits", "delete every character that is not a digit", "keep just the digits 0 to 9", "drop everything but the digits"],
        ["\"\".join(c for c in {v} if c.isdigit())", "\"\".join(c for c in {v} if c.isalpha())", "keeps the letters"]),
    plain(Op::EverySecond, &["keep every second character, starting with the first", "keep only the characters at indices 0, 2, 4 and so on", "keep the first, third, fifth character and so on", "drop the characters at indices 1, 3, 5 and so on"],
        ["{v}[::2]", "{v}[1::2]", "starts with the second character"]),
    plain(Op::ReverseWords, &["put the words in reverse order, joined by single spaces", "reverse the order of the words and join them by single spaces", "write the words from last to first with one space between them", "turn the order of the words around, with single spaces between them"],
        ["\" \".join({v}.split()[::-1])", "\" \".join({v}[::-1])", "reverses the characters, not the words"]),
    plain(Op::TurnWords, &["reverse each word in its place, joined by single spaces", "write every word backwards and join the words by single spaces", "turn each word around and keep the order of words, with one space between them", "spell every word backwards, with single spaces between words"],
        ["\" \".join(w[::-1] for w in {v}.split())", "\" \".join({v}.split()[::-1])", "reverses the order of the words, not their letters"]),
    plain(Op::SortWords, &["sort the words with Python's sorted() and join them by single spaces", "put the words in the order of Python's sorted(), joined by single spaces", "arrange the words by Python's default string order, with one space between them", "order the words as Python's sorted() does, with single spaces between them"],
        ["\" \".join(sorted({v}.split()))", "\" \".join(sorted({v}))", "sorts the characters, not the words"]),
    plain(Op::ByLength, &["sort the words by length, shortest first (ties keep their order), joined by single spaces", "order the words from shortest to longest, keeping the order of equally long ones, with one space between them", "arrange the words by increasing length (stable), joined by single spaces", "put shorter words before longer ones, equally long ones in their old order, joined by single spaces"],
        ["\" \".join(sorted({v}.split(), key=len))", "\" \".join(sorted({v}.split()))", "sorts by letters, not by length"]),
    plain(Op::Initials, &["join the first characters of the words without spaces", "take the first character of each word and join them without spaces", "build a string of the first characters of all words", "keep only the first character of every word, without spaces"],
        ["\"\".join(w[0] for w in {v}.split())", "{v}[0]", "takes only the first character of the whole text"]),
];

/// Only among the first two steps, so that texts stay short.
#[rustfmt::skip]
const GROWING: &[Row<Op>] = &[
    with(Op::Repeat, (2, 4), &["repeat the text {k} times without spaces between the copies", "write the text {k} times in a row, with nothing in between"],
        ["{v} * {k}", "{v} + {k}", "fails, because a number cannot be added to a string"]),
    plain(Op::Double, &["write every character twice", "double each character", "repeat every character once, right after itself", "replace each character by two copies of it"],
        ["\"\".join(c * 2 for c in {v})", "{v} * 2", "repeats the whole text instead of each character"]),
];

/// Steps from a text to another kind of value, only at the end.
#[rustfmt::skip]
const ENDS: &[Row<Op>] = &[
    with(Op::CountLetter, (0, 13), &["count how often '{k}' occurs (this case only)", "count the '{k}' characters (this case only)"],
        ["{v}.count(\"{k}\")", "{v}.find(\"{k}\")", "gives the place of the first one, not the number"]),
    with(Op::CountLong, (2, 5), &["count the words longer than {k} characters", "count how many words have more than {k} characters"],
        ["len([w for w in {v}.split() if len(w) > {k}])", "len([w for w in {v}.split() if len(w) >= {k}])", "also counts words of {k} characters"]),
    with(Op::CountShort, (3, 6), &["count the words shorter than {k} characters", "count how many words have fewer than {k} characters"],
        ["len([w for w in {v}.split() if len(w) < {k}])", "len([w for w in {v}.split() if len(w) <= {k}])", "also counts words of {k} characters"]),
    with(Op::Starts, (0, 13), &["check whether the text starts with '{k}' (this case only), as True or False", "say whether the first character is '{k}' in this case, as True or False"],
        ["{v}.startswith(\"{k}\")", "{v}.endswith(\"{k}\")", "looks at the last character"]),
    plain(Op::Length, &["count the characters", "take the length of the text", "count how many characters there are", "compute the number of characters"],
        ["len({v})", "len({v}.split())", "counts the words"]),
    plain(Op::CountVowels, &["count the vowels (a, e, i, o, u in both cases)", "count how many characters are vowels (a, e, i, o, u, small or capital)", "take the number of vowels (a, e, i, o, u in both cases)", "compute how often a, e, i, o or u occurs, small or capital"],
        ["len([c for c in {v} if c in \"aeiouAEIOU\"])", "len([c for c in {v} if c in \"aeiou\"])", "misses the capital vowels"]),
    plain(Op::CountWords, &["count the words", "take the number of words", "count how many words there are", "compute the number of words"],
        ["len({v}.split())", "len({v})", "counts the characters"]),
    plain(Op::CountUpper, &["count the capital letters", "take the number of uppercase letters", "count how many letters are uppercase", "compute the number of capital letters"],
        ["len([c for c in {v} if c.isupper()])", "len([c for c in {v} if c.islower()])", "counts the small letters"]),
    plain(Op::CountDigits, &["count the digits", "take the number of digits", "count how many characters are digits", "compute the number of digit characters"],
        ["len([c for c in {v} if c.isdigit()])", "len([c for c in {v} if c.isalpha()])", "counts the letters"]),
    plain(Op::Split, &["split the text into a list of its words", "make a list of the words", "take the list of all words", "split the text at its spaces into a list of words"],
        ["{v}.split()", "list({v})", "makes a list of characters"]),
    plain(Op::Palindrome, &["check whether the text equals its own reverse, as True or False", "say whether the text reads the same backwards, as True or False", "test whether it is a palindrome, character by character, as True or False", "find out whether the reversed text is equal to the text, as True or False"],
        ["{v} == {v}[::-1]", "{v} != {v}[::-1]", "gives the opposite answer"]),
    plain(Op::Distinct, &["count the different characters", "take the number of distinct characters", "count how many different characters occur", "compute the number of different characters"],
        ["len(set({v}))", "len({v})", "counts repeated characters again"]),
];

const VERBS: &[&str] =
    &["process", "transform", "change", "handle", "build", "make", "solve", "convert", "format", "clean"];
const NOUNS: &[&str] = &["text", "string", "line", "phrase", "title", "message", "label", "name"];
const ARGUMENTS: &[&str] = &["text", "s", "string", "line", "phrase"];

/// Words of test texts, and of the examples that the expert traces.
const WORDS: &[&str] = &[
    "Red", "fox", "Anna", "level", "the", "Sea", "a", "I", "moon", "Tree", "noon", "apple", "cat", "Dog",
    "to", "hello", "World", "x2", "7", "42", "3rd", "Otto", "stone", "is", "Up", "river", "OK", "pencil",
    "Horse", "lamp", "sit", "EVE",
];

/// Functions on strings.
pub struct StringProgram;

impl Family for StringProgram {
    const NAME: &'static str = "string_program";
    const DOMAIN: &'static str = "code";
    type Params = Program<Op>;

    fn params(difficulty: u32, digits: &mut Digits) -> Self::Params {
        let last = difficulty.clamp(1, 4) as usize - 1;
        let steps = (0..=last).map(|i| match (i < 2, i == last) {
            (true, true) => Step::read(&[TEXTS, GROWING, ENDS], digits),
            (true, false) => Step::read(&[TEXTS, GROWING], digits),
            (false, true) => Step::read(&[TEXTS, ENDS], digits),
            (false, false) => Step::read(&[TEXTS], digits),
        });
        let steps = steps.collect();
        let name = read_name(VERBS, NOUNS, digits);
        Program::new(name, digits.pick(ARGUMENTS), "a string", steps)
    }

    fn pose(program: &Self::Params, words: &mut Rng) -> Posed {
        let mut candidates = Vec::new();
        for i in 0..12 {
            let mut text = phrase(1 + i % 6, words);
            // A letter that a step looks for, so that a program that ignores it fails.
            for step in program.steps.iter().filter(|step| step.row.operation.looks_for_letter()) {
                match words.below(3) {
                    0 => text.push_str(&step.row.operation.constant(step.k)),
                    1 => text.insert_str(0, &step.row.operation.constant(step.k)),
                    _ => {}
                }
            }
            candidates.push(Value::Text(text));
        }
        for special in ["noon", "Level 10", "A b C", "abcba"] {
            let at = words.below(candidates.len() as u64) as usize;
            candidates.insert(at, Value::Text(special.to_owned()));
        }
        // Letters, digits and words of all lengths, where the candidates are all treated alike.
        let mut spare = (b' '..=b'z')
            .filter(|byte| byte.is_ascii_alphanumeric())
            .map(char::from)
            .flat_map(|c| [1, 3, 6, 10].map(|n| Value::Text(c.to_string().repeat(n))));
        program.posed(Value::Text(String::new()), candidates, &mut spare, words)
    }

    fn expert(program: &Self::Params, rng: &mut Rng) -> Chain {
        let examples = (0..8).map(|_| Value::Text(phrase(2, rng))).collect();
        let edge = if rng.chance(0.3) { phrase(1, rng) } else { String::new() };
        program.chain(examples, &Value::Text(edge), rng)
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        let value = |_: &Self::Params, rng: &mut Rng| Value::Text(phrase(rng.range(1, 2) as usize, rng));
        facts::fact::<Op, Self>(difficulty, value, rng)
    }
}

fn phrase(count: usize, rng: &mut Rng) -> String {
    (0..count).map(|_| rng.pick(WORDS)).collect::<Vec<_>>().join(" ")
}

impl Op {
    fn looks_for_letter(self) -> bool {
        matches!(self, Op::RemoveLetter | Op::Star | Op::Doubled | Op::CountLetter | Op::Starts)
    }
}

fn vowel(c: char) -> bool {
    "aeiouAEIOU".contains(c)
}

impl Operation for Op {
    fn constant(self, k: i64) -> String {
        let at = k.max(0) as usize;
        match self {
            _ if self.looks_for_letter() => char::from(LETTERS[at % LETTERS.len()]).to_string(),
            Op::Prefix | Op::Suffix => AFFIXES[at % AFFIXES.len()].to_owned(),
            Op::Spaces => MARKS[at % MARKS.len()].to_owned(),
            _ => k.to_string(),
        }
    }

    fn apply(self, k: i64, value: &Value) -> Value {
        let Value::Text(text) = value else { return value.clone() };
        let constant = self.constant(k);
        let n = text.len();
        let at = (k.max(0) as usize).min(n);
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        let few = (k.max(0) as usize).min(words.len());
        let int = |count: usize| Value::Int(count as i64);
        let keep = |test: &dyn Fn(char) -> bool| text.chars().filter(|&c| test(c)).collect::<String>();
        let count = |test: &dyn Fn(char) -> bool| int(text.chars().filter(|&c| test(c)).count());
        Value::Text(match self {
            Op::RemoveLetter => text.replace(&constant, ""),
            Op::Star => text.replace(&constant, "*"),
            Op::Doubled => text.replace(&constant, &constant.repeat(2)),
            Op::Prefix => constant + text,
            Op::Suffix => format!("{text}{constant}"),
            Op::First => text[..at].to_owned(),
            Op::Last => text[n - at..].to_owned(),
            Op::Skip => text[at..].to_owned(),
            Op::Cut => text[..n - at].to_owned(),
            Op::FirstWords => words[..few].join(" "),
            Op::LastWords => words[words.len() - few..].join(" "),
            Op::LongWords => {
                words.into_iter().filter(|word| word.len() as i64 > k).collect::<Vec<_>>().join(" ")
            }
            Op::Spaces => text.replace(' ', &constant),
            Op::Upper => text.to_ascii_uppercase(),
            Op::Lower => text.to_ascii_lowercase(),
            Op::Swap => {
                let swap = |c: char| match c.is_ascii_uppercase() {
                    true => c.to_ascii_lowercase(),
                    false => c.to_ascii_uppercase(),
                };
                text.chars().map(swap).collect()
            }
            Op::Reverse => text.chars().rev().collect(),
            Op::NoVowels => keep(&|c| !vowel(c)),
            Op::OnlyVowels => keep(&vowel),
            Op::NoSpaces => keep(&|c| c != ' '),
            Op::NoDigits => keep(&|c| !c.is_ascii_digit()),
            Op::OnlyDigits => keep(&|c| c.is_ascii_digit()),
            Op::EverySecond => text.chars().step_by(2).collect(),
            Op::ReverseWords => words.into_iter().rev().collect::<Vec<_>>().join(" "),
            Op::TurnWords => {
                words.into_iter().map(|word| word.chars().rev().collect()).collect::<Vec<String>>().join(" ")
            }
            Op::SortWords | Op::ByLength => {
                let mut words = words;
                match self {
                    Op::SortWords => words.sort_unstable(),
                    _ => words.sort_by_key(|word| word.len()),
                }
                words.join(" ")
            }
            Op::Initials => words.iter().filter_map(|word| word.chars().next()).collect(),
            Op::Repeat => text.repeat(k.max(0) as usize),
            Op::Double => text.chars().flat_map(|c| [c, c]).collect(),
            Op::CountLetter => return int(text.matches(&constant).count()),
            Op::CountLong => return int(words.iter().filter(|word| word.len() as i64 > k).count()),
            Op::CountShort => return int(words.iter().filter(|word| (word.len() as i64) < k).count()),
            Op::Starts => return Value::Bool(text.starts_with(&constant)),
            Op::Length => return int(n),
            Op::CountVowels => return count(&vowel),
            Op::CountWords => return int(words.len()),
            Op::CountUpper => return count(&|c| c.is_ascii_uppercase()),
            Op::CountDigits => return count(&|c| c.is_ascii_digit()),
            Op::Split => return Value::Words(words.iter().map(|&word| word.to_owned()).collect()),
            Op::Palindrome => return Value::Bool(text.chars().eq(text.chars().rev())),
            Op::Distinct => {
                let mut chars: Vec<char> = text.chars().collect();
                chars.sort_unstable();
                chars.dedup();
                return int(chars.len());
            }
        })
    }

    fn trace(self, k: i64, value: &Value) -> String {
        let Value::Text(text) = value else { return String::new() };
        let spell = |chars: &mut dyn Iterator<Item = char>| {
            chars
                .map(|c| if c == ' ' { "space".to_owned() } else { c.to_string() })
                .collect::<Vec<_>>()
                .join(", ")
        };
        let list =
            |what: &str, test: &dyn Fn(char) -> bool| match spell(&mut text.chars().filter(|&c| test(c))) {
                none if none.is_empty() => format!("there are no {what}"),
                some => format!("the {what} are {some}"),
            };
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        if text.is_empty() || text.len() > 16 {
            return String::new();
        }
        match self {
            Op::Reverse => format!("from the end I read {}", spell(&mut text.chars().rev())),
            Op::Length | Op::EverySecond | Op::Double => {
                format!("the characters are {}", spell(&mut text.chars()))
            }
            Op::First | Op::Last | Op::Skip | Op::Cut => format!("spelled out {}", spell(&mut text.chars())),
            Op::NoVowels | Op::OnlyVowels | Op::CountVowels => list("vowels", &vowel),
            Op::OnlyDigits | Op::NoDigits | Op::CountDigits => list("digits", &|c| c.is_ascii_digit()),
            Op::CountUpper => list("capital letters", &|c| c.is_ascii_uppercase()),
            Op::Palindrome => {
                format!("the reverse is {}", Value::Text(text.chars().rev().collect()).python())
            }
            Op::LongWords | Op::CountLong | Op::CountShort | Op::ByLength => {
                words.iter().map(|word| format!("{word} has {}", word.len())).collect::<Vec<_>>().join(", ")
            }
            Op::FirstWords
            | Op::LastWords
            | Op::ReverseWords
            | Op::TurnWords
            | Op::SortWords
            | Op::Initials
            | Op::CountWords
                if !words.is_empty() =>
            {
                format!("the words are {}", words.join(", "))
            }
            Op::Starts => format!("the first character is {}", spell(&mut text.chars().take(1))),
            Op::CountLetter => {
                let letter = self.constant(k);
                format!("looking for {letter} in {}", spell(&mut text.chars()))
            }
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::program::tests::{check_family, check_wordings};
    use super::*;

    #[test]
    fn counts_chains_and_distinct_texts() {
        check_family::<StringProgram>([98_000, 17_346_000, 2_982_520_800, 507_028_536_000]);
        check_wordings(&[TEXTS, GROWING, ENDS]);
    }

    #[test]
    fn operations_table() {
        let text = |text: &str| Value::Text(text.to_owned());
        for (op, k, input, expected) in [
            (Op::RemoveLetter, 0, "Eel e", text("El ")),
            (Op::Doubled, 0, "see", text("seeee")),
            (Op::Prefix, 0, "do", text("undo")),
            (Op::First, 3, "ab", text("ab")),
            (Op::Last, 2, "abc", text("bc")),
            (Op::Cut, 4, "abc", text("")),
            (Op::FirstWords, 2, " a  b c", text("a b")),
            (Op::LastWords, 2, "a b c", text("b c")),
            (Op::LongWords, 2, "an owl is up", text("owl")),
            (Op::Swap, 0, "aB 1", text("Ab 1")),
            (Op::TurnWords, 0, "ab cd", text("ba dc")),
            (Op::SortWords, 0, "b a B", text("B a b")),
            (Op::ByLength, 0, "bb c aa", text("c bb aa")),
            (Op::Initials, 0, "", text("")),
            (Op::CountShort, 3, "an owl", Value::Int(1)),
            (Op::Palindrome, 0, "", Value::Bool(true)),
            (Op::Distinct, 0, "noon", Value::Int(2)),
        ] {
            assert_eq!(op.apply(k, &text(input)), expected, "{op:?} {k} {input:?}");
        }
    }
}
