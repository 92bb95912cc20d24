//! Runs of words in a script that is not the target's. In: words, one after the other. Out: a span where a run is a
//! passage rather than a name, a term or a symbol.

use std::ops::Range;

use super::{Finder, Span};
use crate::filters::language::Language;
use crate::filters::language::identify::{CYRILLIC, LATIN, Letters, NAT, evidence as word_evidence};
use crate::filters::language::script::Script;
use crate::filters::language::terms;

/// A run of words in another script, or of Latin words in a text of another script.
pub struct Run {
    pub script: Script,
    pub range: Range<usize>,
    pub words: u32,
    /// Words that count: of two letters at least, not in the prompt, no names or terms.
    pub telling: u32,
    /// Words with no capital, or in a script without.
    pub lower: u32,
    /// It shows a sign of being words rather than symbols (Greek: an accent or a final sigma).
    pub certain: bool,
    pub evidence: [i32; 16],
}

/// Latin words in a row that are a passage in a text of another script: fewer are names and terms.
const LATIN_WORDS: u32 = 3;

/// Latin words in brackets or quotation marks, in a text of another script, that are an explanation.
const GLOSS_WORDS: u32 = 8;

/// True for a word of one letter in one of the languages of Latin letters; other single letters are variables.
pub fn is_short_word(letter: &str) -> bool {
    matches!(letter, "a" | "A" | "I" | "à" | "À" | "y" | "e" | "o" | "é" | "i")
}

impl Finder<'_> {
    /// A word of a script that is not the target's.
    pub(super) fn other_script(
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
        let telling = !(known || acronym || latin && no_word(word));
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
    pub(super) fn short_word_before(&self, start: usize) -> Option<usize> {
        let before = self.text[..start].strip_suffix(' ')?;
        let at = before.char_indices().next_back()?.0;
        let alone = before[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        (alone && is_short_word(&before[at..])).then_some(at)
    }

    /// The open run of `script`, opened at `start` if need be.
    pub(super) fn run_of(&mut self, script: Script, start: usize) -> &mut Run {
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

    /// Ends the open run of another script.
    pub(super) fn close(&mut self) {
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
    pub(super) fn is_gloss(&self, run: &Run) -> bool {
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
}
