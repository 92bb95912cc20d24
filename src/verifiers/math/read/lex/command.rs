//! Reads commands. In: the text behind a backslash. Out: the tokens that the command stands for. Never: a guess at
//! what an unknown command is.

use super::super::super::expr::Function;
use super::super::symbols::{self, ACCENTS, DROPPED, FONTS, SPACES, TEXTS};
use super::{Brace, Lexer, Mark, Rel, Tok, known_word};

impl Lexer<'_> {
    pub(super) fn command(&mut self) {
        let rest = self.rest();
        let mut length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        if length == 0 {
            self.symbol();
            return;
        }
        let mut name = &rest[..length];
        // `\quadx`, `\piR`, `\cdot4`: the longest known command that it begins with, for want of a space.
        if !is_known(name) {
            let shorter = (2..length).rev().find(|&shorter| is_known(&name[..shorter]) && shorter > 2);
            if let Some(shorter) = shorter {
                length = shorter;
                name = &rest[..length];
            }
        }
        if rest[length..].starts_with('*') && (name == "operatorname" || name == "hspace") {
            length += 1;
        }
        self.at += length;
        let after = self.rest();
        let opens = after.trim_start().starts_with('{');
        let brace = after.len() - after.trim_start().len() + 1;
        if DROPPED.contains(&name) {
            if name == "left" || name == "right" {
                self.delimiter(name == "left");
            }
            return;
        }
        if SPACES.contains(&name) {
            self.spaced = true;
            return;
        }
        if TEXTS.contains(&name) {
            if opens {
                self.at += brace;
                let grouped = matches!(self.last(), Some(Tok::Op('^' | '_')));
                if grouped {
                    self.push(Tok::Group);
                }
                self.braces.push(Brace::Text(grouped));
                self.texts += 1;
                // `5\text{cm}`: text is set apart from what it follows.
                self.spaced = true;
            }
            return;
        }
        match name {
            "mathbb" | "Bbb" => {
                let inner = after.trim_start().trim_start_matches('{');
                if let Some(letter @ ('R' | 'Z' | 'N' | 'Q' | 'C')) = inner.chars().next() {
                    let braced = after.trim_start().starts_with('{');
                    self.at +=
                        after.len() - inner.len() + 1 + usize::from(braced && inner[1..].starts_with('}'));
                    self.push(Tok::NumberSet(letter));
                } else {
                    self.push(Tok::Unknown(name.to_owned()));
                }
            }
            "begin" | "end" => {
                let name_end = after.find('}').filter(|&end| opens && end < 40);
                let Some(end) = name_end else {
                    self.push(Tok::Unknown(name.to_owned()));
                    return;
                };
                let environment = after[brace..end].trim().to_owned();
                self.at += end + 1;
                if name == "begin" {
                    self.environments += 1;
                    if environment == "array" || environment == "tabular" {
                        // The columns: `{cc|c}`.
                        let rest = self.rest();
                        if let Some(columns) =
                            rest.trim_start().strip_prefix('{').and_then(|columns| columns.find('}'))
                        {
                            self.at += rest.len() - rest.trim_start().len() + columns + 2;
                        }
                    }
                    self.push(Tok::Begin(environment));
                } else {
                    self.environments = self.environments.saturating_sub(1);
                    self.push(Tok::End(environment));
                }
            }
            // Of two vectors, not their product as numbers.
            "times" if self.between_vectors() => self.push(Tok::Unknown(name.to_owned())),
            "cr" => self.push(Tok::Row),
            "not" => {
                if let Some(more) = after.trim_start().strip_prefix('=') {
                    self.at += after.len() - more.len();
                    self.push(Tok::Rel(Rel::Ne));
                } else {
                    self.push(Tok::Unknown(name.to_owned()));
                }
            }
            "hspace" | "vspace" | "phantom" | "hphantom" | "vphantom" | "label" | "tag" | "color"
            | "textcolor" | "mathcolor" => {
                if opens && let Some(end) = after.find('}') {
                    self.at += end + 1;
                }
                self.spaced = true;
            }
            "boxed" | "fbox" | "mathop" | "mathrel" | "mathbin" | "mathord" | "ensuremath" | "cancel"
            | "substack" => {}
            "stackrel" => self.push(Tok::Unknown(name.to_owned())),
            _ if FONTS.contains(&name) => {
                if opens {
                    self.at += brace;
                    // `\operatorname{tg}`, `\operatorname{cis}`.
                    if name == "operatorname"
                        && let Some((inside, _)) = self.rest().split_once('}')
                        && let Some(tok) = symbols::function(inside.trim())
                            .map(Tok::Function)
                            .or((inside.trim() == "cis").then_some(Tok::Mark(Mark::Cis)))
                    {
                        self.at += inside.len() + 1;
                        self.push(tok);
                        return;
                    }
                    let upright = matches!(name, "mathrm" | "mathsf" | "rm");
                    self.braces.push(Brace::Font(upright));
                    self.upright += usize::from(upright);
                    // A word in a font is a word: `\mathrm{cm}`, `\operatorname{floor}`.
                    let inside = self.rest();
                    if matches!(self.last(), Some(Tok::Op('^' | '_'))) {
                        self.braces.pop();
                        self.upright -= usize::from(upright);
                        self.braces.push(Brace::Group);
                        self.push(Tok::Group);
                    }
                    if inside.starts_with(char::is_whitespace) {
                        self.spaced = true;
                    }
                    if matches!(name, "mathrm" | "mathsf")
                        && inside
                            .starts_with(|first: char| first.is_ascii_alphabetic() || first.is_whitespace())
                    {
                        self.roman();
                    }
                }
            }
            _ if ACCENTS.contains(&name) => self.accent(name),
            _ => match symbols::command(name) {
                Some(tok) => self.push(tok),
                None => self.push(Tok::Unknown(name.to_owned())),
            },
        }
    }

    /// The letters of `\mathrm{…}`: one token, set apart like text. A single letter is a letter.
    pub(super) fn roman(&mut self) {
        let rest = self.rest();
        let trimmed = rest.trim_start();
        let length = trimmed.bytes().take_while(u8::is_ascii_alphabetic).count();
        if length < 2 || known_word(&trimmed[..length]).is_some() {
            return;
        }
        self.at += rest.len() - trimmed.len() + length;
        self.texts += 1;
        self.push(Tok::Word(trimmed[..length].to_owned()));
        self.texts -= 1;
    }

    /// The delimiter after `\left` or `\right`, where it is not the bracket itself.
    pub(super) fn delimiter(&mut self, left: bool) {
        let rest = self.rest();
        let trimmed = rest.trim_start();
        let skipped = rest.len() - trimmed.len();
        if trimmed.starts_with('.') {
            self.at += skipped + 1;
        } else if trimmed.starts_with(['{', '}']) {
            // `\left{`: meant as `\left\{`.
            self.at += skipped + 1;
            self.push(if left { Tok::Open('{') } else { Tok::Close('}') });
        } else if let Some(angle) = trimmed.chars().next().filter(|&angle| angle == '<' || angle == '>') {
            self.at += skipped + 1;
            self.push(if angle == '<' { Tok::Open('⟨') } else { Tok::Close('⟩') });
        }
    }

    /// An accent and what it stands over, as one symbol.
    pub(super) fn accent(&mut self, name: &str) {
        let rest = self.rest();
        let trimmed = rest.trim_start();
        let skipped = rest.len() - trimmed.len();
        let (inner, length) = if let Some(inside) = trimmed.strip_prefix('{') {
            match inside.find('}') {
                Some(end) => (&inside[..end], end + 2),
                None => {
                    self.push(Tok::Unknown(name.to_owned()));
                    return;
                }
            }
        } else {
            let length = match trimmed.strip_prefix('\\') {
                Some(name) => 1 + name.bytes().take_while(u8::is_ascii_alphabetic).count(),
                None => trimmed.chars().next().map_or(0, char::len_utf8),
            };
            (&trimmed[..length], length)
        };
        // `\overline{3+4i}`: the conjugate of what stands below.
        if matches!(name, "overline" | "bar") && trimmed.starts_with('{') && inner.contains(['+', '-']) {
            self.push(Tok::Function(Function::Conj));
            return;
        }
        self.at += skipped + length;
        let letters: String = inner.chars().filter(|char| !char.is_whitespace() && *char != '\\').collect();
        if letters.is_empty() || letters.chars().any(|char| !char.is_alphanumeric()) {
            self.push(Tok::Unknown(name.to_owned()));
            return;
        }
        // Lines over the ends of a segment are typography; a bar or an arrow over one letter is a name.
        let kind = match name {
            "overline" | "overleftrightarrow" | "overarc" | "wideparen" if letters.chars().count() > 1 => "",
            "overline" | "bar" => "bar ",
            "vec" | "overrightarrow" => "vec ",
            "widehat" => "hat ",
            "widetilde" => "tilde ",
            name => name,
        };
        self.push(Tok::Accented(format!("{kind}{letters}")));
    }

    /// A backslash and a character that is no letter.
    pub(super) fn symbol(&mut self) {
        let Some(char) = self.rest().chars().next() else { return };
        self.at += char.len_utf8();
        match char {
            '{' => self.push(Tok::Open('{')),
            '}' => self.push(Tok::Close('}')),
            '|' => self.push(Tok::Op('‖')),
            '%' => self.push(Tok::Percent),
            '$' | '€' | '£' | '¥' => self.push(Tok::Currency(char)),
            // `\\frac` outside every environment: escaped once too often.
            '\\' if self.environments == 0 && {
                let name = self.rest().bytes().take_while(u8::is_ascii_alphabetic).count();
                name > 2 && is_known(&self.rest()[..name])
            } =>
            {
                self.command()
            }
            '\\' => {
                // `\\[2pt]`.
                if let Some(end) =
                    self.rest().strip_prefix('[').and_then(|space| space.find("pt]")).filter(|&end| end < 6)
                {
                    self.at += end + 4;
                }
                self.push(Tok::Row);
            }
            // A space that the digits or the comma beside it do not feel.
            '!' => {}
            ',' | ';' | ':' | '>' | '/' | '-' | '@' => self.spaced = true,
            '(' | ')' | '[' | ']' => self.spaced = true,
            char if char.is_whitespace() => self.spaced = true,
            char => self.push(Tok::Unknown(char.to_string())),
        }
    }

    /// Whether a symbol stands before this place and a vector after it: `\vec{a} \times \vec{b}`.
    fn between_vectors(&self) -> bool {
        const VECTORS: [&str; 7] =
            ["\\vec", "\\mathbf", "\\boldsymbol", "\\bm", "\\overrightarrow", "\\hat", "\\bold"];
        let vector = VECTORS.iter().any(|name| self.rest().trim_start().starts_with(name));
        vector && matches!(self.last(), Some(Tok::Letter(_) | Tok::Accented(_)))
    }
}

/// Whether `name` is a command that is read.
fn is_known(name: &str) -> bool {
    DROPPED.contains(&name)
        || SPACES.contains(&name)
        || TEXTS.contains(&name)
        || FONTS.contains(&name)
        || ACCENTS.contains(&name)
        || matches!(
            name,
            "begin"
                | "end"
                | "mathbb"
                | "Bbb"
                | "cr"
                | "not"
                | "boxed"
                | "fbox"
                | "hspace"
                | "vspace"
                | "phantom"
                | "hphantom"
                | "vphantom"
                | "label"
                | "tag"
                | "color"
                | "textcolor"
                | "mathcolor"
                | "mathop"
                | "mathrel"
                | "mathbin"
                | "mathord"
                | "ensuremath"
                | "cancel"
                | "substack"
                | "stackrel"
        )
        || symbols::command(name).is_some()
}
