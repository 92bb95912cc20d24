//! Words among letters: which runs of letters are products of variables, and which belong to a sentence.

/// Whether a run of letters can be a product of variables: short, or without the look of a word.
pub(in super::super) fn is_product(word: &str) -> bool {
    word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_alphabetic()) && !is_prose(word)
}

/// Whether `word` belongs to a sentence: a capital before small letters, or one of the commonest short words.
pub(in super::super) fn is_prose(word: &str) -> bool {
    // `Mm` is a product of masses.
    let capitalised = word.len() > 2
        && word.starts_with(|first: char| first.is_ascii_uppercase())
        && word[1..].bytes().all(|byte| byte.is_ascii_lowercase());
    let lower = word.to_ascii_lowercase();
    // `It`, but not `IT`, which may be a product.
    let is_title = word.len() == 2 && word.as_bytes()[1].is_ascii_lowercase();
    let word = if is_title { lower.as_str() } else { word };
    capitalised
        || matches!(
            word,
            "is" | "it"
                | "in"
                | "of"
                | "to"
                | "the"
                | "for"
                | "has"
                | "are"
                | "was"
                | "he"
                | "she"
                | "we"
                | "so"
                | "at"
                | "on"
                | "by"
                | "if"
                | "be"
                | "an"
                | "as"
                | "no"
                | "not"
                | "yes"
                | "that"
                | "this"
                | "then"
                | "thus"
                | "with"
                | "from"
                | "have"
                | "find"
                | "get"
                | "gets"
                | "when"
                | "all"
                | "any"
                | "only"
                | "you"
                | "they"
                | "each"
                | "per"
                | "its"
                | "one"
                | "two"
                | "six"
                | "ten"
                | "zero"
                | "four"
                | "five"
                | "nine"
                | "odd"
                | "even"
                | "true"
                | "none"
                | "east"
                | "west"
                | "left"
                | "up"
                | "down"
                | "sum"
                | "area"
                | "than"
                | "less"
                | "more"
                | "most"
                | "over"
                | "time"
                | "must"
                | "can"
                | "will"
                | "had"
                | "my"
                | "but"
                | "do"
                | "does"
                | "us"
                | "same"
                | "such"
                | "let"
                | "into"
                | "red"
                | "blue"
                | "new"
                | "old"
                | "out"
                | "his"
                | "her"
                | "our"
                | "how"
                | "who"
                | "why"
                | "where"
        )
}
