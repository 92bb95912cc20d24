//! Do letters make words? In: words in Latin letters. Out: nats a letter by a model of letter trigrams, of the worst
//! stretch. The model is of sixteen languages at once, marks above letters left out; `docs/filters.md` says from what.

use std::sync::LazyLock;

/// Minus the log probability of a letter after two others, in 1/16 nat; 0 is the end of a word.
static MODEL: &[u8; 27 * 27 * 27] = include_bytes!("letters.bin");
/// The model with 32 places to a letter and the last letter first, so that places are bits of a word.
static WIDE: LazyLock<Box<[u8; 32 * 32 * 32]>> = LazyLock::new(|| {
    let mut wide = Box::new([0; 32 * 32 * 32]);
    for (at, cost) in MODEL.iter().enumerate() {
        let [before, last, letter] = [at / 27 / 27, at / 27 % 27, at % 27];
        wide[(letter * 32 + last) * 32 + before] = *cost;
    }
    wide
});
/// Words in a stretch: one odd word is a name, forty are no language.
const STRETCH: u32 = 40;
/// Letters of a word that are read.
const LONGEST: usize = 40;

/// Sums up words.
#[derive(Debug)]
pub struct Model {
    cost: u32,
    letters: u32,
    words: u32,
    worst: f64,
}

impl Model {
    /// No words yet.
    pub fn new() -> Self {
        Self { cost: 0, letters: 0, words: 0, worst: 0.0 }
    }

    /// Adds a word; words with letters that are not Latin are let be.
    #[inline]
    pub fn word(&mut self, word: &str) {
        let (mut before, mut last) = (0usize, 0usize);
        let (mut cost, mut letters) = (0u32, 0u32);
        for c in word.chars().take(LONGEST) {
            let Some(letter) = plain(c) else {
                if c == '\'' {
                    continue;
                }
                return;
            };
            cost += u32::from(MODEL[(before * 27 + last) * 27 + letter]);
            letters += 1;
            (before, last) = (last, letter);
        }
        self.add(cost + u32::from(MODEL[(before * 27 + last) * 27]), letters + 1);
    }

    /// Adds a word of `letters` ASCII letters and nothing else, one at least, which cost what [`cost`] says.
    #[inline]
    pub fn ascii_word(&mut self, letters: usize, cost: u16) {
        self.add(u32::from(cost), letters.min(LONGEST) as u32 + 1);
    }

    #[inline]
    fn add(&mut self, cost: u32, letters: u32) {
        self.cost += cost;
        self.letters += letters;
        self.words += 1;
        if self.words == STRETCH {
            self.worst = self.worst.max(self.mean());
            (self.cost, self.letters, self.words) = (0, 0, 0);
        }
    }

    fn mean(&self) -> f64 {
        f64::from(self.cost) / 16.0 / f64::from(self.letters.max(1))
    }

    /// Nats a letter of the worst stretch; what is left at the end counts from half a stretch on.
    pub fn worst(&self) -> f64 {
        if self.words >= STRETCH / 2 { self.worst.max(self.mean()) } else { self.worst }
    }
}

/// What a word of ASCII letters costs, in 1/16 nat: at most 255 for each of 41 letters and its end.
pub fn cost(word: &[u8]) -> u16 {
    let (mut place, mut cost) = (0, 0);
    for letter in word.iter().take(LONGEST).chain(&[0]) {
        place = place >> 5 | usize::from(letter & 0x1f) << 10;
        cost += u16::from(WIDE[place]);
    }
    cost
}

/// The letter without its mark, from 1.
fn plain(c: char) -> Option<usize> {
    let plain = match c {
        'a'..='z' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        'à'..='å' | 'À'..='Å' | 'ā' | 'ă' | 'ą' | 'Ă' | 'ạ'..='ặ' | 'Ạ'..='Ặ' => 'a',
        'ç' | 'ć' | 'č' | 'Č' | 'Ç' => 'c',
        'ď' | 'đ' | 'Đ' => 'd',
        'è'..='ë' | 'È'..='Ë' | 'ē' | 'ę' | 'ě' | 'ẹ'..='ệ' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'Ì'..='Ï' | 'ī' | 'ı' | 'İ' | 'ỉ' | 'ị' => 'i',
        'ł' | 'Ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ő' | 'Ö' | 'ơ' | 'ọ'..='ợ' => 'o',
        'ř' => 'r',
        'ß' | 'ś' | 'š' | 'ş' | 'ș' | 'Š' | 'Ş' => 's',
        'ť' | 'ţ' | 'ț' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'Ü' | 'ư' | 'ụ'..='ự' => 'u',
        'ý' | 'ÿ' | 'ỳ'..='ỹ' => 'y',
        'ź' | 'ż' | 'ž' | 'Ž' | 'Ż' => 'z',
        _ => return None,
    };
    Some(plain as usize - 'a' as usize + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_word_of_ascii_costs_what_any_word_costs(words in proptest::collection::vec("[a-zA-Z]{1,50}", 1..60)) {
            let (mut one, mut other) = (Model::new(), Model::new());
            for word in &words {
                one.word(word);
                other.ascii_word(word.len(), cost(word.as_bytes()));
            }
            prop_assert_eq!((one.cost, one.letters, one.worst()), (other.cost, other.letters, other.worst()));
        }
    }
}
