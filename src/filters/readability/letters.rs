//! Do letters make words? In: words in Latin letters. Out: nats a letter by a model of letter trigrams, of the worst
//! stretch. The model is of sixteen languages at once, marks above letters left out; `docs/filters.md` says from what.

/// Minus the log probability of a letter after two others, in 1/16 nat; 0 is the end of a word.
static MODEL: &[u8; 27 * 27 * 27] = include_bytes!("letters.bin");
/// Words in a stretch: one odd word is a name, forty are no language.
const STRETCH: u32 = 40;
/// Letters of a word that are read.
const LONGEST: usize = 40;

/// Sums up words.
#[derive(Debug, Default)]
pub struct Model {
    cost: u32,
    letters: u32,
    words: u32,
    worst: f64,
}

impl Model {
    /// Adds a word; words with letters that are not Latin are let be.
    #[inline]
    pub fn word(&mut self, word: &str) {
        if word.len() <= LONGEST && word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            let (mut place, mut cost) = (0usize, 0u32);
            for byte in word.bytes() {
                let letter = (byte & 0x1f) as usize;
                cost += u32::from(MODEL[place * 27 + letter]);
                place = place % 27 * 27 + letter;
            }
            self.add(cost + u32::from(MODEL[place * 27]), word.len() as u32 + 1);
            return;
        }
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
