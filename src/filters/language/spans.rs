//! Finds passages in a language other than the target's. In: text, the target, what the prompt allows.
//! Out: spans with their language and number of words, and how much there was to read. Letters of another
//! script are found by their script; among languages of one script each word's evidence for another language
//! over the target is summed up until it is enough (a maximal segment per language). One pass; what a passage
//! says never counts.

use std::cell::RefCell;
use std::ops::Range;

use super::Language;
use super::asked::Asked;
use super::identify::{CYRILLIC, Gains, Known, LATIN, Letters, NAT, ascii_word, evidence as word_evidence};
use super::script::{Script, script};
use super::terms;
use crate::filters::mask::{Kind, Piece, is_accented_greek, is_name};

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
const STAY: i32 = NAT / 4;
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
/// Latin words in a row that are a passage in a text of another script: fewer are names and terms.
const LATIN_WORDS: u32 = 3;
/// Latin words in brackets or quotation marks, in a text of another script, that are an explanation.
const GLOSS_WORDS: u32 = 8;

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

/// Finds what is foreign to `target` in the prose of `text`.
pub fn find(text: &str, pieces: &[Piece], target: Language, asked: &dyn Asks) -> Found {
    thread_local! {
        static KNOWN: RefCell<Known> = RefCell::new(Known::new());
    }
    KNOWN.with_borrow_mut(|known| {
        let mut finder = Finder::new(text, target, asked, known);
        for piece in pieces.iter().filter(|piece| piece.kind == Kind::Prose) {
            finder.read(piece.range.clone());
        }
        finder.end()
    })
}

/// What the prompt allows, read when it is first asked for: most texts have nothing to ask about.
pub trait Asks {
    /// The prompt's words and languages.
    fn asked(&self) -> &Asked;
}

/// The maximal segments: per language of the alphabet the evidence so far and where it began.
struct Segments {
    sums: [i32; 16],
    starts: [u32; 16],
    /// The passage being read: column, first word, evidence, its peak and the word of the peak.
    open: Option<(usize, u32, i32, i32, u32)>,
    /// The last words that added evidence.
    recent: [u64; 8],
    /// All sums are zero and no passage is open.
    quiet: bool,
    /// How many they were.
    added: usize,
    /// Strongest evidence so far.
    strongest: i32,
}

/// A run of words in another script, or of Latin words in a text of another script.
struct Run {
    script: Script,
    range: Range<usize>,
    words: u32,
    /// Words that count: of two letters at least, not in the prompt, no names or terms.
    telling: u32,
    /// Words with no capital, or in a script without.
    lower: u32,
    /// It shows a sign of being words rather than symbols (Greek: an accent or a final sigma).
    certain: bool,
    evidence: [i32; 16],
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

/// Chinese beside Japanese, which share Han characters: what was read since the last sign of the other.
#[derive(Default)]
struct Dense {
    start: usize,
    end: usize,
    signs: u32,
    letters: u32,
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
                quiet: true,
                added: 0,
                strongest: 0,
            },
            words: Vec::with_capacity(text.len() / 6),
            run: None,
            found: Found::default(),
            dense: Dense::default(),
        }
    }

    /// Reads a piece of prose.
    fn read(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let byte = self.bytes[at];
            if byte.is_ascii_alphabetic() {
                let (end, key) = ascii_word(self.bytes, at);
                let plain = self.bytes.get(end).is_none_or(|next| *next < 0x80 && *next != b'\'');
                at = match self.alphabet {
                    Some((Alphabet::Latin, own)) if plain && end <= range.end => {
                        self.plain_word(at..end, key, own);
                        end
                    }
                    _ => self.word(at, range.end, Script::Latin),
                };
            } else if byte < 0x80 {
                if byte == b'\n' && self.bytes.get(at + 1) == Some(&b'\n') {
                    self.paragraph();
                }
                at += 1;
            } else {
                let Some(c) = self.text[at..].chars().next() else { return };
                match script(c) {
                    None => at += c.len_utf8(),
                    Some(dense) if dense.is_dense() => {
                        self.letter(at, c, dense);
                        at += c.len_utf8();
                    }
                    Some(script) => at = self.word(at, range.end, script),
                }
            }
        }
    }

    fn paragraph(&mut self) {
        for sum in &mut self.segments.sums {
            *sum = (*sum - PARAGRAPH).max(0);
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

    /// A word of ASCII letters beside a target in Latin letters: most words of most texts.
    #[inline]
    fn plain_word(&mut self, range: Range<usize>, key: u64, own: usize) {
        if range.len() < 2 {
            // One letter is a symbol, in any script.
            return;
        }
        self.found.words += 1;
        let quiet = self.segments.quiet && self.run.is_none();
        if quiet && self.known.adds_at_most(key, (false, own), STAY) {
            // Nothing to add to and nothing to take from.
            self.words.push((range.start as u32, range.end as u32));
            return;
        }
        let word = &self.bytes[range.clone()];
        let text = self.text;
        let letters = || {
            let mut letters = Letters::new();
            word.iter().for_each(|byte| letters.push(*byte as char));
            let idle = !has_vowel(&letters) || terms::is_borrowed(&text[range.clone()]);
            (letters, idle)
        };
        let gains = *self.known.gains(key, (false, own), letters);
        if quiet && i32::from(gains.highest) <= STAY {
            self.words.push((range.start as u32, range.end as u32));
            return;
        }
        if is_name(self.bytes, &range) {
            return;
        }
        let upper = word.iter().filter(|byte| byte.is_ascii_uppercase()).count() as u32;
        self.same_script(range, &gains, upper);
    }

    /// A word in the target's script.
    fn same_script(&mut self, range: Range<usize>, word: &Gains, upper: u32) {
        let Some((alphabet, _)) = self.alphabet else { return };
        let index = self.words.len() as u32;
        self.words.push((range.start as u32, range.end as u32));
        let count = range.len() as u32;
        if upper >= 2 && (upper == count || count <= 4) {
            // NASA, GCD, ABC, IVa.
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
            let next = *sum + i32::from(gain).clamp(WORD_LEAST, most) - STAY;
            if *sum == 0 {
                *start = index;
            }
            *sum = next.max(0);
            highest = highest.max(next);
        }
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
        let mut letters = Letters::new();
        let text = &self.text[range.clone()];
        text.chars().for_each(|c| letters.push(c));
        if word.idle
            || self.asked.asked().has(&letters)
            || (upper == 0 && terms::is_in_a_name(self.text, range))
        {
            return 0;
        }
        // "plus 3 plus 4 plus 5": a word said again says little.
        let hash = letters.hash();
        if self.segments.recent.contains(&hash) {
            return AGAIN_MOST;
        }
        let at = self.segments.added % self.segments.recent.len();
        self.segments.recent[at] = hash;
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
        let pinyin = words
            .iter()
            .filter(|word| terms::is_pinyin(&self.text[word.0 as usize..word.1 as usize]))
            .count();
        // Syllables, "la la do re mi", are in every language.
        let word = |(start, end): &(u32, u32)| {
            let word = &self.text[*start as usize..*end as usize];
            word.len() >= LEAST_LETTERS || !word.is_ascii()
        };
        if !words.iter().any(word)
            || (pinyin == words.len() && pinyin <= PINYIN_WORDS)
            || self.asked.asked().allows(language)
        {
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

    /// A word of a script that is not the target's.
    fn other_script(
        &mut self,
        range: Range<usize>,
        first: Script,
        letters: &Letters,
        count: u32,
        upper: u32,
        accent: bool,
    ) {
        let known = self.asked.asked().has(letters);
        let latin = first == Script::Latin;
        let word = &self.text[range.clone()];
        let acronym = upper >= 2 && (upper == count || count <= 4);
        let no_word =
            |word| terms::is_term(word) || terms::has_tone(word) || terms::is_in_a_name(self.text, &range);
        let telling = !known && !acronym && !(latin && no_word(word));
        let before = if latin && self.run.is_none() { self.short_word_before(range.start) } else { None };
        let run = self.run_of(first, before.unwrap_or(range.start));
        run.words += u32::from(before.is_some());
        run.range.end = range.end;
        run.words += 1;
        run.telling += u32::from(telling);
        run.lower += u32::from(upper == 0 && telling);
        run.certain |= (accent || first != Script::Greek) && !known;
        if matches!(first, Script::Latin | Script::Cyrillic) && telling {
            let evidence = word_evidence(letters, first == Script::Cyrillic);
            if let Some(run) = &mut self.run {
                for (sum, evidence) in run.evidence.iter_mut().zip(evidence) {
                    *sum += i32::from(evidence);
                }
            }
        }
    }

    /// Where the word of one letter begins that stands before `start`, if there is one.
    fn short_word_before(&self, start: usize) -> Option<usize> {
        let before = self.text[..start].strip_suffix(' ')?;
        let at = before.char_indices().next_back()?.0;
        let alone = before[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        (alone && is_short_word(&before[at..])).then_some(at)
    }

    /// The open run of `script`, opened at `start` if need be.
    fn run_of(&mut self, script: Script, start: usize) -> &mut Run {
        let joins = |run: &Run| run.script == script || (run.script.is_dense() && script.is_dense());
        if !self.run.as_ref().is_some_and(joins) {
            self.close();
        }
        self.run.get_or_insert(Run {
            script,
            range: start..start,
            words: 0,
            telling: 0,
            lower: 0,
            certain: false,
            evidence: [0; 16],
        })
    }

    /// A Han character or kana.
    fn letter(&mut self, at: usize, c: char, script: Script) {
        self.found.words += 1;
        match (self.target, script) {
            (Language::Chinese, Script::Han) | (Language::Japanese, _) => {
                self.close();
                if self.target == Language::Japanese {
                    self.chinese_in_japanese(at, c, script);
                } else {
                    self.japanese_in_chinese(at, c, false);
                }
            }
            (Language::Chinese, Script::Kana) => {
                self.close();
                self.japanese_in_chinese(at, c, true);
            }
            _ => {
                let before = self.text[..at].chars().next_back();
                let known = self.asked.asked().has_pair(before, c)
                    || (self.asked.asked().has_pair(None, c)
                        && before.is_none_or(|c| self::script(c).is_none()));
                let run = self.run_of(script, at);
                run.range.end = at + c.len_utf8();
                run.words += 1;
                run.telling += u32::from(!known);
                run.lower += u32::from(!known);
                run.certain |= !known;
                if script == Script::Kana {
                    run.script = Script::Kana;
                }
            }
        }
    }

    /// Kana in a Chinese text; Han characters near them belong to the passage.
    fn japanese_in_chinese(&mut self, at: usize, c: char, kana: bool) {
        let dense = &mut self.dense;
        if kana {
            // の stands for 之 on signs and in brand names.
            if dense.signs == 0 {
                dense.start = at;
            }
            let known = self.asked.asked().has_pair(None, c);
            dense.signs += u32::from(!known && c != 'の');
            dense.letters += 1;
            dense.end = at + c.len_utf8();
        } else if dense.signs > 0 || dense.letters > 0 {
            if at - dense.end > 36 {
                self.end_dense();
            } else {
                dense.letters += 1;
            }
        }
    }

    /// Simplified characters and long runs without kana in a Japanese text.
    fn chinese_in_japanese(&mut self, at: usize, c: char, script: Script) {
        if script == Script::Kana {
            self.end_dense();
            return;
        }
        let before = self.text[..at].chars().next_back();
        let known = self.asked.asked().has_pair(before, c);
        let dense = &mut self.dense;
        if dense.letters == 0 {
            dense.start = at;
        }
        dense.letters += 1;
        dense.end = at + c.len_utf8();
        let grammar = matches!(
            c,
            '的' | '了'
                | '是'
                | '我'
                | '他'
                | '她'
                | '在'
                | '和'
                | '就'
                | '都'
                | '也'
                | '很'
                | '把'
                | '被'
                | '得'
                | '到'
        );
        dense.signs += u32::from(!known && (terms::is_simplified(c) || (grammar && dense.letters > 3)));
    }

    fn end_dense(&mut self) {
        let dense = std::mem::take(&mut self.dense);
        if dense.signs >= 2 {
            let language =
                if self.target == Language::Japanese { Language::Chinese } else { Language::Japanese };
            if !self.asked.asked().allows(language) {
                self.found.spans.push(Span { range: dense.start..dense.end, language, words: dense.letters });
            }
        }
    }

    /// Ends the open run of another script.
    fn close(&mut self) {
        let Some(run) = self.run.take() else { return };
        let language = match run.script {
            Script::Latin | Script::Cyrillic => {
                let languages: &[Language] = if run.script == Script::Latin { &LATIN } else { &CYRILLIC };
                // One word seldom tells: most Cyrillic is Russian.
                let likely = |column: &usize| {
                    run.evidence[*column] + if languages[*column] == Language::Russian { 2 * NAT } else { 0 }
                };
                let column = (0..languages.len()).max_by_key(likely).unwrap_or(0);
                languages[column]
            }
            other => other.language(),
        };
        let foreign = match run.script {
            Script::Latin => {
                run.words >= LATIN_WORDS
                    && run.lower >= 1
                    && run.telling * 3 >= run.words
                    && !self.is_gloss(&run)
            }
            // Products of symbols, αβγ, are no words; two or more runs of them in a row are.
            Script::Greek => run.telling >= 1 && (run.certain || run.telling >= 2),
            Script::Han => run.telling >= 2,
            Script::Kana => run.telling >= 2,
            _ => run.telling >= 1,
        };
        if foreign && !self.asked.asked().allows(language) {
            self.found.spans.push(Span { range: run.range, language, words: run.words });
        }
    }

    /// True for a short run of Latin words in brackets or quotation marks of its own.
    fn is_gloss(&self, run: &Run) -> bool {
        let before = self.text[..run.range.start].chars().next_back();
        let after = self.text[run.range.end..].chars().next();
        let opens = before.is_some_and(|c| {
            matches!(c, '(' | '（' | '"' | '“' | '「' | '《' | '『' | '[' | '【' | '\'' | '‘' | '«')
        });
        let closes = after.is_some_and(|c| {
            matches!(
                c,
                ')' | '）'
                    | '"'
                    | '”'
                    | '」'
                    | '》'
                    | '』'
                    | ']'
                    | '】'
                    | '\''
                    | '’'
                    | '»'
                    | ','
                    | '，'
                    | '.'
            )
        });
        run.words <= GLOSS_WORDS && opens && closes
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

/// True for a word of one letter in one of the languages of Latin letters; other single letters are variables.
fn is_short_word(letter: &str) -> bool {
    matches!(letter, "a" | "A" | "I" | "à" | "À" | "y" | "e" | "o" | "é" | "i")
}

/// True if the word has a vowel; products of variables, `pqr`, have none.
fn has_vowel(letters: &Letters) -> bool {
    let vowel = |c: &u32| *c > 127 || matches!(char::from_u32(*c), Some('a' | 'e' | 'i' | 'o' | 'u' | 'y'));
    letters.as_slice().iter().any(vowel)
}

/// The language in which most of `pieces` of `text` is written, by its words; with the evidence of each language
/// of an alphabet, where that decides. `None` where there are no words.
pub fn evidence(text: &str, pieces: &[Piece]) -> Tally {
    let mut tally = Tally::default();
    for piece in pieces.iter().filter(|piece| piece.kind == Kind::Prose) {
        let mut letters = Letters::new();
        let (mut start, mut current, mut upper) = (piece.range.start, None, 0u32);
        let prose = &text[piece.range.clone()];
        for (at, c) in
            prose.char_indices().map(|(at, c)| (piece.range.start + at, c)).chain([(piece.range.end, ' ')])
        {
            let found = script(c);
            if found.is_some() && found == current && !found.is_some_and(Script::is_dense) {
                letters.push(c);
                upper += u32::from(c.is_uppercase());
                continue;
            }
            if let Some(script) = current
                && letters.len() >= 2
                && !is_name(text.as_bytes(), &(start..at))
            {
                if c == '\'' || c == '’' {
                    letters.push('\'');
                }
                tally.word(script, &letters, upper);
            }
            letters = Letters::new();
            (start, current, upper) = (at, None, 0);
            match found {
                Some(Script::Han) => tally.han += 1,
                Some(Script::Kana) => tally.kana += 1,
                Some(script) => {
                    current = Some(script);
                    letters.push(c);
                    upper = u32::from(c.is_uppercase());
                }
                None => {}
            }
        }
    }
    tally
}

/// Words of a text by script and language.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    latin: [i32; 16],
    cyrillic: [i32; 16],
    latin_words: u32,
    cyrillic_words: u32,
    han: u32,
    kana: u32,
    persian: u32,
    others: Vec<(Script, u32)>,
}

impl Tally {
    fn word(&mut self, script: Script, letters: &Letters, upper: u32) {
        let capital = upper > 0;
        match script {
            Script::Latin | Script::Cyrillic => {
                let cyrillic = script == Script::Cyrillic;
                let (sums, words) = if cyrillic {
                    (&mut self.cyrillic, &mut self.cyrillic_words)
                } else {
                    (&mut self.latin, &mut self.latin_words)
                };
                *words += 1;
                if upper as usize == letters.len() {
                    return;
                }
                let evidence = word_evidence(letters, cyrillic);
                let top = i32::from(evidence.iter().copied().max().unwrap_or(0));
                for (sum, evidence) in sums.iter_mut().zip(evidence) {
                    // Relative to the best, so that no word counts for more than it can.
                    *sum += (i32::from(evidence) - top).max(if capital { -2 * NAT } else { -5 * NAT });
                }
            }
            _ => {
                if script == Script::Arabic
                    && letters.as_slice().iter().any(|c| matches!(c, 0x6af | 0x686 | 0x67e | 0x6cc | 0x6a9))
                {
                    self.persian += 1;
                }
                match self.others.iter_mut().find(|(other, _)| *other == script) {
                    Some((_, words)) => *words += 1,
                    None => self.others.push((script, 1)),
                }
            }
        }
    }

    /// Words by which the language is told.
    pub fn words(&self) -> u32 {
        let others: u32 = self.others.iter().map(|(_, words)| words).sum();
        self.latin_words + self.cyrillic_words + others + (self.han + self.kana) / 2
    }

    /// The language of the text; where its words do not decide, the one among the likely that `more` prefers.
    pub fn language(&self, more: impl FnOnce() -> Tally) -> Option<Language> {
        let dense = (self.han + self.kana) * 2 / 3;
        let other = self.others.iter().max_by_key(|(_, words)| *words).copied();
        let most = [self.latin_words, self.cyrillic_words, dense, other.map_or(0, |(_, words)| words)]
            .into_iter()
            .max()
            .unwrap_or(0);
        if most == 0 && self.han + self.kana == 0 {
            return None;
        }
        if dense == most && dense == self.latin_words {
            // "Who wrote 红楼梦?": what it is answered in.
            return more().language(Tally::default).or(Some(Language::English));
        }
        if dense == most || (self.latin_words + self.cyrillic_words == 0 && other.is_none()) {
            return Some(if self.kana * 12 > self.han { Language::Japanese } else { Language::Chinese });
        }
        if let Some((script, words)) = other
            && words == most
        {
            let persian = script == Script::Arabic && self.persian * 4 > words;
            return Some(if persian { Language::Persian } else { script.language() });
        }
        let (sums, languages): (_, &[Language]) =
            if self.cyrillic_words == most { (&self.cyrillic, &CYRILLIC) } else { (&self.latin, &LATIN) };
        let mut ranked: Vec<usize> = (0..languages.len()).collect();
        ranked.sort_by_key(|column| std::cmp::Reverse(sums[*column]));
        let [best, second, ..] = ranked[..] else { return None };
        if sums[best] - sums[second] >= UNSURE {
            return Some(languages[best]);
        }
        // A short problem: what the answer is written in, as long as the problem may be in it.
        let more = more();
        let (others, words) = if self.cyrillic_words == most {
            (&more.cyrillic, more.cyrillic_words)
        } else {
            (&more.latin, more.latin_words)
        };
        if words == 0 {
            return Some(languages[best]);
        }
        let top = (0..languages.len()).map(|column| others[column]).max().unwrap_or(0);
        let best = (0..languages.len())
            .max_by_key(|column| sums[*column] + (others[*column] - top).max(-ANSWER_MOST))?;
        Some(languages[best])
    }
}

/// Evidence within which a problem's language is not decided by its own words alone …
const UNSURE: i32 = 4 * NAT;
/// … and the most that those of the answer, in which another language may be mixed, then say.
const ANSWER_MOST: i32 = 3 * NAT;
