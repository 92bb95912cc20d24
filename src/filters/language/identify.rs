//! Whose word is this? In: a word in Latin or Cyrillic letters. Out: evidence for each language of that
//! script, in 1/32 nat, up to a constant; sums over words are evidence for a passage. A log-linear model
//! over the word and its letter trigrams and tetragrams, hashed; `docs/filters.md` says what it was trained on.
//! Never looks at neighbouring words.

use super::Language;

/// Languages told apart among Latin letters, in the order of the model's columns.
pub const LATIN: [Language; 16] = {
    use Language::*;
    [
        English, German, Spanish, French, Italian, Portuguese, Dutch, Swedish, Polish, Czech, Hungarian,
        Finnish, Romanian, Turkish, Vietnamese, Indonesian,
    ]
};

/// Languages told apart among Cyrillic letters, in the order of the model's columns.
pub const CYRILLIC: [Language; 3] = [Language::Russian, Language::Ukrainian, Language::Bulgarian];

/// Evidence per language, in 1/32 nat.
pub type Evidence = [i16; 16];

/// One nat of evidence.
pub const NAT: i32 = 32;

static LATIN_WEIGHTS: &[u8; 16 << LATIN_BITS] = include_bytes!("model/latin.bin");
static CYRILLIC_WEIGHTS: &[u8; 4 << CYRILLIC_BITS] = include_bytes!("model/cyrillic.bin");
const LATIN_BITS: u32 = 14;
const CYRILLIC_BITS: u32 = 11;

/// Letters of a word that are looked at: longer words are rare, and a run of letters without end is no word.
pub const LONGEST: usize = 24;

/// A word in lower case, as the model reads it.
#[derive(Debug, Clone, Copy)]
pub struct Letters {
    letters: [u32; LONGEST + 2],
    len: usize,
}

impl Letters {
    /// No letters yet.
    pub fn new() -> Self {
        Self { letters: [1; LONGEST + 2], len: 0 }
    }

    /// Adds a letter, or the apostrophe that ends a word such as `l'`.
    #[inline]
    pub fn push(&mut self, c: char) {
        if self.len < LONGEST {
            let lower = match c {
                'a'..='z' => c,
                'A'..='Z' => c.to_ascii_lowercase(),
                '’' => '\'',
                _ => c.to_lowercase().next().unwrap_or(c),
            };
            self.len += 1;
            self.letters[self.len] = lower as u32;
        }
    }

    /// Letters so far, [`LONGEST`] at most.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The lower-case letters.
    pub fn as_slice(&self) -> &[u32] {
        &self.letters[1..=self.len]
    }

    /// A hash of the word.
    #[inline]
    pub fn hash(&self) -> u64 {
        self.as_slice().iter().fold(0xcbf2_9ce4_8422_2325, |hash, letter| {
            (hash ^ u64::from(*letter)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
        })
    }

    /// The rows of the model that the word has part in.
    #[inline]
    fn features(&self, bits: u32, mut row: impl FnMut(usize)) {
        // The word with a mark (1) at either end.
        let mut letters = self.letters;
        letters[self.len + 1] = 1;
        let marked = &letters[..self.len + 2];
        let mut at = |hash: u32| row((hash.wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize);
        for letter in self.as_slice().iter().filter(|letter| **letter > 127) {
            at(letter.wrapping_add(0x200_0005));
        }
        let word =
            self.as_slice().iter().fold(7u32, |hash, letter| (hash ^ letter).wrapping_mul(0x0100_0193));
        at(word ^ 0x5bd1_e995);
        let step = |hash: u32, letter: u32| hash.wrapping_mul(0x1f35) ^ letter;
        for gram in marked.windows(3) {
            at(step(step(gram[0], gram[1]), gram[2]).wrapping_add(0x300_0001));
        }
        for gram in marked.windows(4) {
            at(step(step(step(gram[0], gram[1]), gram[2]), gram[3]).wrapping_add(0x400_0003));
        }
    }

    fn latin(&self) -> Evidence {
        let mut sum = [0i16; 16];
        self.features(LATIN_BITS, |row| {
            let weights: &[u8; 16] = LATIN_WEIGHTS[row * 16..row * 16 + 16].try_into().expect("16 columns");
            for (sum, weight) in sum.iter_mut().zip(weights) {
                *sum += i16::from(*weight as i8);
            }
        });
        sum
    }

    fn cyrillic(&self) -> Evidence {
        let mut sum = [0i16; 16];
        self.features(CYRILLIC_BITS, |row| {
            for (sum, weight) in sum.iter_mut().zip(&CYRILLIC_WEIGHTS[row * 4..row * 4 + 3]) {
                *sum += i16::from(*weight as i8);
            }
        });
        sum
    }
}

/// The evidence of a word in Latin letters, or in Cyrillic ones.
pub fn evidence(word: &Letters, cyrillic: bool) -> Evidence {
    if cyrillic { word.cyrillic() } else { word.latin() }
}

/// What a word says against the target's language.
#[derive(Debug, Clone, Copy)]
pub struct Gains {
    /// Evidence for each language over the target's.
    pub gains: Evidence,
    /// The highest of them, among the languages of the alphabet.
    pub highest: i16,
    /// A word that says nothing: borrowed, or a product of variables.
    pub idle: bool,
    /// The word's hash, [`Letters::hash`].
    pub hash: u64,
}

const NOTHING: Gains = Gains { gains: [0; 16], highest: 0, idle: false, hash: 0 };

/// Words met before that say something, by their letters and the target: texts repeat their words. What is found here is
/// what would be computed, so that it does not matter who else used it.
pub struct Known {
    /// A word a place.
    seen: Vec<Seen>,
}

/// A word and what it says, in one line of the caches.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Seen {
    key: u64,
    gains: Gains,
}

/// Words of which is remembered what they say, 64 bytes each.
const REMEMBERED: usize = 1 << 13;

/// Gain up to which a word counts for no other language.
pub const SAYS_LITTLE: i32 = NAT / 4;

impl Known {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { seen: vec![Seen { key: 0, gains: NOTHING }; REMEMBERED] }
    }

    #[inline]
    fn place(key: u64, (cyrillic, own): (bool, usize)) -> (u64, usize) {
        // Zero is no word's.
        let key = (key ^ ((own as u64) << 1 | u64::from(cyrillic))).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        (key, (key >> 40) as usize)
    }

    /// What the word of `key` says; `letters` and `idle` are asked where it is not known.
    #[inline]
    pub fn gains(
        &mut self,
        key: u64,
        (cyrillic, own): (bool, usize),
        letters: impl FnOnce() -> (Letters, bool),
    ) -> &Gains {
        let (key, at) = Self::place(key, (cyrillic, own));
        let place = at % REMEMBERED;
        if self.seen[place].key != key {
            let (letters, idle) = letters();
            let evidence = evidence(&letters, cyrillic);
            let columns = if cyrillic { CYRILLIC.len() } else { LATIN.len() };
            let mut gains = [i16::MIN / 2; 16];
            for (gain, evidence_for) in gains.iter_mut().zip(&evidence[..columns]) {
                *gain = evidence_for - evidence[own];
            }
            let highest = gains.iter().copied().max().unwrap_or(0);
            self.seen[place] = Seen { key, gains: Gains { gains, highest, idle, hash: letters.hash() } };
        }
        &self.seen[place].gains
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(text: &str, cyrillic: bool) -> Language {
        let mut sum = [0i32; 16];
        for word in text.split_whitespace() {
            let mut letters = Letters::new();
            word.chars().for_each(|c| letters.push(c));
            for (sum, evidence) in sum.iter_mut().zip(evidence(&letters, cyrillic)) {
                *sum += i32::from(evidence);
            }
        }
        let languages: &[Language] = if cyrillic { &CYRILLIC } else { &LATIN };
        let at = (0..languages.len()).max_by_key(|at| sum[*at]).expect("there are some");
        languages[at]
    }

    #[test]
    fn sentences_table() {
        use Language::*;
        for (text, expected) in [
            ("we know that the sum of the angles is", English),
            ("also ist die Summe der beiden Zahlen gleich", German),
            ("entonces la suma de los números es", Spanish),
            ("donc la somme des deux nombres est", French),
            ("quindi la somma dei due numeri è", Italian),
            ("então a soma dos dois números é", Portuguese),
            ("dus de som van de twee getallen is", Dutch),
            ("alltså är summan av de två talen", Swedish),
            ("więc suma tych dwóch liczb jest", Polish),
            ("takže součet těchto dvou čísel je", Czech),
            ("tehát a két szám összege egyenlő", Hungarian),
            ("joten kahden luvun summa on siis", Finnish),
            ("deci suma celor două numere este", Romanian),
            ("yani iki sayının toplamı şuna eşittir", Turkish),
            ("vậy tổng của hai số này là", Vietnamese),
            ("jadi jumlah dari kedua bilangan itu adalah", Indonesian),
        ] {
            assert_eq!(best(text, false), expected, "{text}");
        }
        for (text, expected) in [
            ("значит сумма этих двух чисел равна", Russian),
            ("отже сума цих двох чисел дорівнює", Ukrainian),
            ("следователно сборът на двете числа е", Bulgarian),
        ] {
            assert_eq!(best(text, true), expected, "{text}");
        }
    }

    #[test]
    fn a_word_of_any_length_has_evidence() {
        for length in [0, 1, 2, LONGEST, LONGEST + 1, 1000] {
            let mut letters = Letters::new();
            (0..length).for_each(|_| letters.push('Ş'));
            assert_eq!(letters.len(), length.min(LONGEST));
            assert!(letters.latin().iter().all(|evidence| evidence.abs() < i16::MAX / 2));
        }
    }
}
