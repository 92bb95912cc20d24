//! Finds passages in a language other than the target's. In: text, the target, what the prompt allows.
//! Out: spans with their language and number of words, and how much there was to read. Letters of another
//! script are found by their script; among languages of one script each word's evidence for another language
//! over the target is summed up until it is enough (a maximal segment per language). One pass; what a passage
//! says never counts.

mod dense;
mod plain;
mod prose;
mod runs;

use std::cell::RefCell;
use std::ops::Range;

use super::Language;
use super::asked::Asked;
use super::identify::{CYRILLIC, Gains, Known, LATIN, Letters, NAT, SAYS_LITTLE};
use super::script::{Script, script};
use super::terms;
use crate::filters::mask::{Kind, is_accented_greek, is_name};
use crate::filters::reading::Reading;
use crate::filters::wide::wide;
use dense::Dense;
pub use plain::says_little;
use runs::{Run, is_short_word};

/// A passage in another language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Where, in bytes.
    pub range: Range<usize>,
    /// In which language.
    pub language: Language,
    /// How many words; each Han character and kana is one.
    pub words: u32,
}

/// What was found in a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Foreign passages, by where they end.
    pub spans: Vec<Span>,
    /// All words that were read, those of the spans included.
    pub words: u32,
    /// The strongest evidence for a passage of the target's own script, in nats.
    pub evidence: f64,
}

/// Evidence that makes a passage foreign beside a target of the same script; measured in `docs/filters.md`.
const ENOUGH: i32 = 8 * NAT;
/// The most that one word adds: a name or a slip of the pen is no passage.
const WORD_MOST: i32 = 4 * NAT;
/// The most that a word with a capital inside a sentence adds: it is likely a name.
const NAME_MOST: i32 = NAT;
/// The most that a word adds that was among the last few that did.
const AGAIN_MOST: i32 = NAT;
/// The most that a word of the target takes away.
const WORD_LEAST: i32 = -5 * NAT;
/// What each word takes away: languages seldom change.
const STAY: i32 = SAYS_LITTLE;
/// What a new paragraph takes away.
const PARAGRAPH: i32 = NAT;
/// A passage ends when the evidence fell so far below its peak …
const FALL: i32 = 7 * NAT;
/// … or stayed below it for so many words.
const STALE: u32 = 40;
/// Letters of the longest word of a passage, at least, where no letter has a mark.
const LEAST_LETTERS: usize = 4;
/// Words in a row that may be pinyin written without its tones.
const PINYIN_WORDS: usize = 6;

/// The alphabets whose languages are told apart by their words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    Latin,
    Cyrillic,
}

impl Alphabet {
    fn languages(self) -> &'static [Language] {
        match self {
            Alphabet::Latin => &LATIN,
            Alphabet::Cyrillic => &CYRILLIC,
        }
    }

    /// The alphabet of a language, and its column.
    fn of(language: Language) -> Option<(Self, usize)> {
        let column = |languages: &[Language]| languages.iter().position(|other| *other == language);
        column(&LATIN)
            .map(|at| (Alphabet::Latin, at))
            .or_else(|| column(&CYRILLIC).map(|at| (Alphabet::Cyrillic, at)))
    }
}

/// Finds what is foreign to `target` in the prose of a text.
pub fn find(reading: &Reading<'_>, target: Language, asked: &dyn Asks) -> Found {
    thread_local! {
        static KNOWN: RefCell<Known> = RefCell::new(Known::new());
    }
    KNOWN.with_borrow_mut(|known| {
        let mut finder = Finder::new(reading.text(), target, asked, known);
        if let Some((Alphabet::Latin, own)) = finder.alphabet {
            let reader = &mut finder;
            wide!(Finder::read_latin, reader: &mut Finder<'_>, reading: &Reading<'_>, own: usize => ());
        } else {
            for piece in reading.pieces().iter().filter(|piece| piece.kind == Kind::Prose) {
                finder.read(piece.range.clone());
            }
        }
        finder.end()
    })
}

/// What the prompt allows, read when it is first asked for: most texts have nothing to ask about.
pub trait Asks {
    /// The prompt's words and languages.
    fn asked(&self) -> &Asked;
}

/// The maximal segments: per language of the alphabet the evidence so far, less than [`ENOUGH`], and where it began.
struct Segments {
    sums: [i16; 16],
    starts: [u32; 16],
    /// The passage being read: column, first word, evidence, its peak and the word of the peak.
    open: Option<(usize, u32, i32, i32, u32)>,
    /// The last words that added evidence.
    recent: [u64; 8],
    /// None of them is higher.
    highest: i16,
    /// All sums are zero and no passage is open.
    quiet: bool,
    /// How many they were.
    added: usize,
    /// Strongest evidence so far.
    strongest: i32,
}

struct Finder<'a> {
    text: &'a str,
    bytes: &'a [u8],
    target: Language,
    alphabet: Option<(Alphabet, usize)>,
    asked: &'a dyn Asks,
    known: &'a mut Known,
    segments: Segments,
    words: Vec<(u32, u32)>,
    run: Option<Run>,
    found: Found,
    dense: Dense,
}

impl<'a> Finder<'a> {
    fn new(text: &'a str, target: Language, asked: &'a dyn Asks, known: &'a mut Known) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            target,
            alphabet: Alphabet::of(target),
            asked,
            known,
            segments: Segments {
                sums: [0; 16],
                starts: [0; 16],
                open: None,
                recent: [0; 8],
                highest: 0,
                quiet: true,
                added: 0,
                strongest: 0,
            },
            words: Vec::new(),
            run: None,
            found: Found::default(),
            dense: Dense::default(),
        }
    }

    fn paragraph(&mut self) {
        if !self.segments.quiet {
            for sum in &mut self.segments.sums {
                *sum = (*sum - PARAGRAPH as i16).max(0);
            }
        }
    }

    /// Reads the word that begins at `start`; where it ends.
    fn word(&mut self, start: usize, end: usize, first: Script) -> usize {
        let mut letters = Letters::new();
        let (mut at, mut count, mut upper) = (start, 0u32, 0u32);
        let mut accent = false;
        while at < end {
            let byte = self.bytes[at];
            if byte < 0x80 {
                if first == Script::Latin && byte.is_ascii_alphabetic() {
                    upper += u32::from(byte.is_ascii_uppercase());
                    letters.push(byte as char);
                    at += 1;
                    count += 1;
                } else if byte == b'\'' && first != Script::Greek {
                    at += 1;
                    letters.push('\'');
                    break;
                } else {
                    break;
                }
            } else {
                let Some(c) = self.text[at..].chars().next() else { break };
                match script(c) {
                    Some(same) if same == first => {
                        upper += u32::from(c.is_uppercase());
                        accent |= first == Script::Greek && is_accented_greek(c);
                        letters.push(c);
                        count += 1;
                    }
                    // Marks above and below letters.
                    None if ('\u{300}'..='\u{36f}').contains(&c) || c == '\u{200c}' || c == '\u{ad}' => {}
                    None if c == '’' && first == Script::Latin => {
                        letters.push('\'');
                        at += c.len_utf8();
                        break;
                    }
                    _ => break,
                }
                at += c.len_utf8();
            }
        }
        let range = start..at;
        if count < 2 {
            // One letter is a symbol, in any script; but some are words within a passage.
            if let Some(run) = &mut self.run
                && run.script == Script::Latin
                && is_short_word(&self.text[range.clone()])
            {
                run.range.end = range.end;
                run.words += 1;
            }
            return at;
        }
        self.found.words += 1;
        if matches!(first, Script::Latin | Script::Greek) && is_name(self.bytes, &range) {
            return at;
        }
        if self.alphabet.is_some_and(|(alphabet, _)| {
            (alphabet == Alphabet::Latin && first == Script::Latin)
                || (alphabet == Alphabet::Cyrillic && first == Script::Cyrillic)
        }) {
            let Some((alphabet, own)) = self.alphabet else { return at };
            let text = &self.text[range.clone()];
            let idle = || {
                let idle = !has_vowel(&letters)
                    || terms::has_tone(text)
                    || terms::is_borrowed(text.trim_end_matches(['\'', '’']));
                (letters, idle)
            };
            let gains = *self.known.gains(letters.hash(), (alphabet == Alphabet::Cyrillic, own), idle);
            self.same_script(range, &gains, upper);
        } else if self.is_own(first) {
            self.close();
        } else {
            self.other_script(range, first, &letters, count, upper, accent);
        }
        at
    }

    /// True if the target is written in `script`.
    fn is_own(&self, script: Script) -> bool {
        script.language() == self.target
            || (script == Script::Arabic && self.target == Language::Persian)
            || (script == Script::Han && self.target == Language::Japanese)
    }

    /// A word in the target's script.
    fn same_script(&mut self, range: Range<usize>, word: &Gains, upper: u32) {
        let Some((alphabet, _)) = self.alphabet else { return };
        let index = self.words.len() as u32;
        self.words.push((range.start as u32, range.end as u32));
        if is_capitals(upper, range.len()) {
            return;
        }
        if upper == 0 {
            // A name of the target's script may stand within a passage of another; a word ends it.
            self.close();
        }
        let most = if i32::from(word.highest) > STAY { self.most(&range, word, upper) } else { 0 };
        let segments = &mut self.segments;
        if let Some((column, first, sum, peak, at)) = &mut segments.open {
            *sum += i32::from(word.gains[*column]).clamp(WORD_LEAST, most) - STAY;
            if *sum > *peak {
                (*peak, *at) = (*sum, index);
            }
            if *sum < *peak - FALL || index - *at > STALE {
                let span = (*column, *first, *at);
                self.span(span);
            }
            return;
        }
        let mut highest = 0;
        for ((sum, start), gain) in segments.sums.iter_mut().zip(&mut segments.starts).zip(word.gains) {
            let next = *sum + gain.clamp(WORD_LEAST as i16, most as i16) - STAY as i16;
            *start = if *sum == 0 { index } else { *start };
            *sum = next.max(0);
            highest = highest.max(next);
        }
        segments.highest = highest;
        let highest = i32::from(highest);
        segments.quiet = highest <= 0;
        segments.strongest = segments.strongest.max(highest);
        if highest >= ENOUGH {
            let columns = alphabet.languages().len();
            let column = (0..columns).max_by_key(|column| segments.sums[*column]).unwrap_or(0);
            segments.open = Some((column, segments.starts[column], highest, highest, index));
        }
    }

    /// The most that a word may add.
    fn most(&mut self, range: &Range<usize>, word: &Gains, upper: u32) -> i32 {
        if word.idle {
            return 0;
        }
        // "plus 3 plus 4 plus 5": a word said again says little.
        if self.segments.recent.contains(&word.hash) {
            return AGAIN_MOST;
        }
        if self.asked.asked().has_hash(word.hash) || (upper == 0 && terms::is_in_a_name(self.text, range)) {
            return 0;
        }
        let at = self.segments.added % self.segments.recent.len();
        self.segments.recent[at] = word.hash;
        self.segments.added += 1;
        if upper > 0 && self.inside_a_sentence(range.start) { NAME_MOST } else { WORD_MOST }
    }

    /// Ends the open passage.
    fn span(&mut self, (column, first, last): (usize, u32, u32)) {
        let Some((alphabet, _)) = self.alphabet else { return };
        self.segments.open = None;
        self.segments.quiet = true;
        self.segments.sums = [0; 16];
        let language = alphabet.languages()[column];
        let words = &self.words[first as usize..=last as usize];
        let (Some(start), Some(end)) = (words.first(), words.last()) else { return };
        let range = start.0 as usize..end.1 as usize;
        let syllable =
            |(start, end): &(u32, u32)| terms::is_pinyin(&self.text[*start as usize..*end as usize]);
        let pinyin = words.len() <= PINYIN_WORDS && words.iter().all(syllable);
        // Syllables, "la la do re mi", are in every language.
        let word = |(start, end): &(u32, u32)| {
            let word = &self.text[*start as usize..*end as usize];
            word.len() >= LEAST_LETTERS || !word.is_ascii()
        };
        if !words.iter().any(word) || pinyin || self.asked.asked().allows(language) {
            return;
        }
        self.found.spans.push(Span { range, language, words: last - first + 1 });
    }

    /// True if the word at `start` follows another one of its sentence.
    fn inside_a_sentence(&self, start: usize) -> bool {
        let before = self.bytes[..start]
            .iter()
            .rev()
            .take(8)
            .find(|b| !matches!(b, b' ' | b'*' | b'_' | b'"' | b'(' | b'\''));
        !matches!(before, None | Some(b'.' | b'!' | b'?' | b':' | b'\n' | b'-' | b'>' | b'#'))
    }

    fn end(mut self) -> Found {
        self.close();
        self.end_dense();
        if let Some((column, first, _, _, last)) = self.segments.open {
            self.span((column, first, last));
        }
        self.found.evidence = f64::from(self.segments.strongest) / f64::from(NAT);
        self.found
    }
}

/// True for NASA, GCD, ABC, IVa: so many of a word's bytes are capitals.
fn is_capitals(upper: u32, bytes: usize) -> bool {
    upper >= 2 && (upper as usize == bytes || bytes <= 4)
}

/// True if the word has a vowel; products of variables, `pqr`, have none.
fn has_vowel(letters: &Letters) -> bool {
    let vowel = |c: &u32| *c > 127 || matches!(char::from_u32(*c), Some('a' | 'e' | 'i' | 'o' | 'u' | 'y'));
    letters.as_slice().iter().any(vowel)
}
