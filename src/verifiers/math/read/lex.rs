//! Cuts an answer into tokens. In: LaTeX, plain text or Unicode as people and models write it. Out: numbers,
//! letters, words, operators, relations, brackets; typography is gone. One pass, memory linear in the input.
//! Never: a meaning (that is the parser's), a guess at what an unknown command is.

use super::super::expr::Function;
use super::symbols::{self, ACCENTS, DROPPED, FONTS, SPACES, TEXTS};

/// A relation between two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) enum Rel {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Approx,
    Equiv,
    In,
}

/// Commands with arguments of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Frac,
    Binom,
    Sqrt,
    Exp,
    Sum,
    Prod,
    Int,
    Lim,
    To,
    Implies,
    Over,
    Choose,
    Mod,
    Pmod,
}

/// A number as written: ASCII digits, at most one point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    /// Digits before the point.
    pub whole: String,
    /// Digits after the point; `None` without a point.
    pub fraction: Option<String>,
    /// Digits that repeat without end after those.
    pub repeating: Option<String>,
    /// The power of ten of `1.5e8`.
    pub exponent: Option<i64>,
}

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tok {
    Number(Literal),
    /// A letter that stands for itself, Greek ones too.
    Letter(char),
    /// A letter or letters with an accent: `\overline{AB}`.
    Accented(String),
    Function(Function),
    /// Two letters or more that are no function, or text.
    Word(String),
    Mark(Mark),
    /// `+ - * / ^ _ ! ' ± ∓ : ; , | ‖ ∪ ∩ ∖`.
    Op(char),
    Rel(Rel),
    /// `( [ { ⟨ ⌊ ⌈`; a brace that is shown.
    Open(char),
    Close(char),
    /// A TeX brace, which only groups.
    Group,
    EndGroup,
    Begin(String),
    End(String),
    Cell,
    Row,
    Percent,
    Degree,
    Currency(char),
    Ellipsis,
    Infinity,
    Empty,
    NumberSet(char),
    And,
    Or,
    Shape,
    /// A command or character that is not known.
    Unknown(String),
}

/// A token with what stood before it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub tok: Tok,
    /// White space stands before it.
    pub spaced: bool,
    /// Inside `\text{…}` or the like.
    pub text: bool,
}

/// What a comma between digits means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comma {
    /// `1,234` is one number; any other comma parts items.
    Groups,
    /// Every comma parts items.
    Parts,
    /// `1,5` is one and a half.
    Decimal,
}

/// Tokens an answer may have.
pub(super) const MAX_TOKENS: usize = 6_000;

/// Replaces what Unicode writes in one character, halves backslashes that were escaped twice, and drops
/// dollars that delimit formulas.
pub(super) fn plain(raw: &str) -> String {
    let halved = if is_escaped_twice(raw) { raw.replace("\\\\", "\\") } else { String::new() };
    let raw = if halved.is_empty() { raw } else { &halved };
    let dollars = raw
        .bytes()
        .zip(std::iter::once(b' ').chain(raw.bytes()))
        .filter(|&(byte, before)| byte == b'$' && before != b'\\')
        .count();
    // A lone dollar before a digit is money; pairs are delimiters.
    let money = dollars == 1
        && raw.find('$').is_some_and(|at| {
            raw[at + 1..].trim_start().starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == '-')
        });
    let mut out = String::with_capacity(raw.len() + raw.len() / 8);
    let mut before = ' ';
    for char in raw.chars() {
        match char {
            '$' if before != '\\' => out.push_str(if money { "\\$" } else { " " }),
            '\u{200b}' | '\u{feff}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{fe0f}' => {}
            '\u{2009}' | '\u{202f}' | '\u{2006}' | '\u{2008}' => out.push_str("\\,"),
            '\u{0305}' | '\u{0304}' => {
                // A bar over the digit before: it repeats.
                if let Some(digit) = out.pop() {
                    out.push_str("\\overline{");
                    out.push(digit);
                    out.push('}');
                }
            }
            char if char.is_ascii() => out.push(char),
            char if char.is_whitespace() => out.push(' '),
            char => match symbols::unicode(char) {
                // `x¹²`: one exponent.
                Some(script)
                    if (script.starts_with("^{") || script.starts_with("_{"))
                        && out.ends_with('}')
                        && joins(&out, before) =>
                {
                    out.pop();
                    out.push_str(&script[2..]);
                }
                Some(plain) => out.push_str(plain),
                None => out.push(symbols::plain(char)),
            },
        }
        before = if before == '\\' && char == '\\' { ' ' } else { char };
    }
    out
}

/// Whether the script that `out` ends with came from the character before.
fn joins(out: &str, before: char) -> bool {
    !before.is_ascii()
        && symbols::unicode(before).is_some_and(|script| {
            (script.starts_with("^{") || script.starts_with("_{")) && out.ends_with(&script[2..])
        })
}

/// Whether every backslash is written twice, before commands too.
fn is_escaped_twice(raw: &str) -> bool {
    let bytes = raw.as_bytes();
    let (mut at, mut commands) = (0, false);
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let run = bytes[at..].iter().take_while(|&&byte| byte == b'\\').count();
        if run % 2 == 1 && (at + run != bytes.len()) {
            // `\n` is a line break that was escaped.
            return false;
        }
        at += run;
        let name = bytes[at..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let name = &raw[at..at + name];
        commands |= name.len() > 1
            && (symbols::command(name).is_some()
                || ["left", "begin", "text", "mathrm", "boxed"].contains(&name));
    }
    commands
}

/// The tokens of `text`, which [`plain`] has prepared; /// `None` if there are more than [`MAX_TOKENS`].
pub(super) fn lex(text: &str, comma: Comma) -> Option<Vec<Token>> {
    let mut lexer = Lexer {
        text,
        at: 0,
        comma,
        tokens: Vec::new(),
        spaced: false,
        braces: Vec::new(),
        texts: 0,
        environments: 0,
    };
    while lexer.at < text.len() {
        lexer.next();
        if lexer.tokens.len() > MAX_TOKENS {
            return None;
        }
    }
    Some(lexer.tokens)
}

/// What an open brace is.
#[derive(Clone, Copy, PartialEq)]
enum Brace {
    Group,
    /// Of `\text{…}`; whether it is a group of its own.
    Text(bool),
    /// Of a font: not a token.
    Font,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    comma: Comma,
    tokens: Vec<Token>,
    spaced: bool,
    braces: Vec<Brace>,
    texts: usize,
    /// Open environments.
    environments: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, tok: Tok) {
        self.tokens.push(Token { tok, spaced: std::mem::take(&mut self.spaced), text: self.texts > 0 });
    }

    fn last(&self) -> Option<&Tok> {
        self.tokens.last().map(|token| &token.tok)
    }

    fn next(&mut self) {
        let rest = self.rest();
        let Some(char) = rest.chars().next() else { return };
        if char.is_ascii_digit() || (char == '.' && rest[1..].starts_with(|next: char| next.is_ascii_digit()))
        {
            let (literal, length) = number(rest, self.comma);
            self.at += length;
            self.push(Tok::Number(literal));
            return;
        }
        if char.is_ascii_alphabetic() {
            self.word();
            return;
        }
        self.at += char.len_utf8();
        let rest = self.rest();
        match char {
            '\\' => self.command(),
            '{' => {
                self.braces.push(Brace::Group);
                self.push(Tok::Group);
            }
            '}' => match self.braces.pop() {
                Some(Brace::Text(grouped)) => {
                    self.texts -= 1;
                    if grouped {
                        self.push(Tok::EndGroup);
                    }
                }
                Some(Brace::Font) => {}
                _ => self.push(Tok::EndGroup),
            },
            '(' | '[' => self.push(Tok::Open(char)),
            ')' | ']' => self.push(Tok::Close(char)),
            '*' if rest.starts_with('*') => {
                self.at += 1;
                // `**bold**` around the whole is dropped before; `x**2` is a power.
                self.push(Tok::Op('^'));
            }
            '+' | '-' | '*' | '/' | '^' | '_' | '\'' | ':' | ';' | '|' => {
                if char == ':' && rest.starts_with('=') {
                    self.at += 1;
                    self.push(Tok::Rel(Rel::Eq));
                } else {
                    self.push(Tok::Op(char));
                }
            }
            ',' => self.push(Tok::Op(',')),
            '!' if rest.starts_with('=') && !rest.starts_with("==") => {
                self.at += 1;
                self.push(Tok::Rel(Rel::Ne));
            }
            '!' => self.push(Tok::Op('!')),
            '=' => {
                let (rel, more) = match rest.as_bytes().first() {
                    Some(b'<') => (Rel::Le, 1),
                    Some(b'=') => (Rel::Eq, 1),
                    Some(b'>') => {
                        self.at += 1;
                        self.push(Tok::Mark(Mark::Implies));
                        return;
                    }
                    _ => (Rel::Eq, 0),
                };
                self.at += more;
                self.push(Tok::Rel(rel));
            }
            '<' | '>' => {
                let (strict, wide) = if char == '<' { (Rel::Lt, Rel::Le) } else { (Rel::Gt, Rel::Ge) };
                if rest.starts_with('=') {
                    self.at += 1;
                    self.push(Tok::Rel(wide));
                } else if char == '<' && rest.starts_with('>') {
                    self.at += 1;
                    self.push(Tok::Rel(Rel::Ne));
                } else {
                    self.push(Tok::Rel(strict));
                }
            }
            '%' => self.push(Tok::Percent),
            '&' => self.push(Tok::Cell),
            '$' | '€' | '£' | '¥' | '₹' | '￥' => {
                self.push(Tok::Currency(if char == '￥' { '¥' } else { char }))
            }
            '~' => self.spaced = true,
            '.' if rest.starts_with("..") => {
                self.at += 2;
                self.push(Tok::Ellipsis);
            }
            // A full stop inside an abbreviation, or at the end.
            '.' | '"' | '`' => self.spaced = true,
            char if char.is_whitespace() => self.spaced = true,
            char if char.is_alphabetic() => self.push(Tok::Letter(char)),
            char => self.push(Tok::Unknown(char.to_string())),
        }
    }

    /// A run of ASCII letters.
    fn word(&mut self) {
        let rest = self.rest();
        let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let word = &rest[..length];
        let mut letters = word.chars();
        let first = letters.next().unwrap_or(' ');
        self.at += length;
        if letters.next().is_none() {
            self.push(Tok::Letter(first));
            return;
        }
        // `p.m.` is a word.
        if let Some(tok) = known_word(word) {
            self.push(tok);
            return;
        }
        // `sinx`: a function of a letter.
        if self.texts == 0
            && let Some(last) = word.chars().next_back()
            && let Some(function) = symbols::function(&word[..length - 1])
            && length >= 4
            && word != "login"
        {
            self.push(Tok::Function(function));
            self.push(Tok::Letter(last));
            return;
        }
        self.push(Tok::Word(word.to_owned()));
    }

    fn command(&mut self) {
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
                    self.braces.push(Brace::Font);
                    // A word in a font is a word: `\mathrm{cm}`, `\operatorname{floor}`.
                    let inside = self.rest();
                    if matches!(self.last(), Some(Tok::Op('^' | '_'))) {
                        self.braces.pop();
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
    fn roman(&mut self) {
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
    fn delimiter(&mut self, left: bool) {
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
    fn accent(&mut self, name: &str) {
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
    fn symbol(&mut self) {
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
            "begin" | "end" | "mathbb" | "cr" | "not" | "boxed" | "fbox" | "hspace" | "phantom" | "Bbb"
        )
        || symbols::command(name).is_some()
}

/// Words that are tokens of their own outside LaTeX.
fn known_word(word: &str) -> Option<Tok> {
    Some(match word {
        "sqrt" => Tok::Mark(Mark::Sqrt),
        "exp" => Tok::Mark(Mark::Exp),
        "pi" | "Pi" | "PI" => Tok::Letter('π'),
        "infinity" | "inf" | "oo" | "infty" | "Infinity" => Tok::Infinity,
        "and" | "And" | "AND" => Tok::And,
        "or" | "Or" | "OR" => Tok::Or,
        "percent" | "pct" | "percents" | "percentage" | "Percent" => Tok::Percent,
        "degrees" | "degree" | "deg" => Tok::Degree,
        "choose" => Tok::Mark(Mark::Choose),
        "mod" => Tok::Mark(Mark::Mod),
        "re" | "im" | "arg" | "Arg" | "lg" | "tg" | "sign" => return None,
        _ => {
            if let Some(function) = symbols::function(word) {
                return Some(Tok::Function(function));
            }
            Tok::Letter(symbols::greek(word).filter(|_| word.len() > 2)?)
        }
    })
}

/// The number that `text` begins with and its length in bytes.
fn number(text: &str, comma: Comma) -> (Literal, usize) {
    let bytes = text.as_bytes();
    let digits = |at: usize| bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let first = digits(0);
    let mut whole = text[..first].to_owned();
    let mut at = first;
    // Groups of three digits, all parted alike.
    if (1..=3).contains(&first) && !(text.starts_with('0') && first == 1) {
        let mut kind: Option<&str> = None;
        while let Some((separator, length)) = separator(&text[at..], comma) {
            let group = digits(at + length);
            if group != 3 || kind.is_some_and(|kind| kind != separator) {
                break;
            }
            kind = Some(separator);
            whole.push_str(&text[at + length..at + length + 3]);
            at += length + 3;
        }
        // `1,234,56`: no grouping after all.
        if at > first
            && bytes.get(at) == Some(&b',')
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
            && kind == Some(",")
        {
            whole.truncate(first);
            at = first;
        }
    }
    let mut literal = Literal { whole, fraction: None, repeating: None, exponent: None };
    let point = match bytes.get(at) {
        Some(b'.') => 1,
        Some(b',') if comma == Comma::Decimal && digits(at + 1) > 0 => 1,
        Some(b'{') if comma == Comma::Decimal && text[at..].starts_with("{,}") && digits(at + 3) > 0 => 3,
        _ => 0,
    };
    if point > 0 && !text[at..].starts_with("..") {
        let mut fraction = at + point;
        let mut count = digits(fraction);
        let mut written = text[fraction..fraction + count].to_owned();
        // `3.141\,592\,653` and `0.123 456`.
        while count > 0
            && count % 3 == 0
            && (text[fraction + count..].starts_with("\\,") || text[fraction + count..].starts_with("\\;"))
            && digits(fraction + count + 2) == 3
        {
            written.push_str(&text[fraction + count + 2..fraction + count + 5]);
            fraction += 5;
        }
        if count > 0
            || text[at + 1..].starts_with("\\overline")
            || text[at + 1..].starts_with("\\bar")
            || text[at + 1..].starts_with("\\dot")
            || text[at + 1..].starts_with('(')
            || !bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic)
        {
            at = fraction + count;
            count = written.len();
            literal.fraction = Some(written);
        }
        // `1.000.000`: points as separators.
        if count == 3
            && point == 1
            && bytes.get(at) == Some(&b'.')
            && digits(at + 1) == 3
            && (1..=3).contains(&first)
        {
            let mut joined = literal.whole.clone() + literal.fraction.as_deref().unwrap_or("");
            while bytes.get(at) == Some(&b'.') && digits(at + 1) == 3 {
                joined.push_str(&text[at + 1..at + 4]);
                at += 4;
            }
            return (Literal { whole: joined, fraction: None, repeating: None, exponent: None }, at);
        }
        if let Some((repeating, length)) = repeating(&text[at..], count) {
            literal.repeating = Some(repeating);
            return (literal, at + length);
        }
        // `0.333…`: the last digits repeat.
        let fraction = literal.fraction.clone().unwrap_or_default();
        let more = ["...", "\\ldots", "\\dots", "\\cdots"]
            .into_iter()
            .find(|dots| text[at..].trim_start().starts_with(dots));
        if let Some(dots) = more
            && fraction.len() >= 3
            && let Some(last) = fraction.chars().next_back()
            && fraction.chars().rev().take(3).all(|digit| digit == last)
        {
            let skipped = text[at..].len() - text[at..].trim_start().len();
            literal.repeating = Some(last.to_string());
            return (literal, at + skipped + dots.len());
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent > 0 && !bytes.get(at + 1 + sign + exponent).is_some_and(u8::is_ascii_alphabetic) {
            // An exponent too long for a number is as good as the largest.
            let value: i64 = text[at + 1..at + 1 + sign + exponent].parse().unwrap_or(i64::MAX);
            literal.exponent = Some(value);
            return (literal, at + 1 + sign + exponent);
        }
    }
    (literal, at)
}

/// What parts groups of digits at the start of `text`, and its length.
fn separator(text: &str, comma: Comma) -> Option<(&'static str, usize)> {
    if comma == Comma::Groups {
        for (spelling, kind) in [
            ("{,}\\!", ","),
            ("{,}", ","),
            (",\\!\\!", ","),
            (",\\! ", ","),
            (",\\!", ","),
            ("{, }", ","),
            (" {,}", ","),
            (" {, }", ","),
            (",", ","),
        ] {
            if let Some(after) = text.strip_prefix(spelling) {
                return after
                    .starts_with(|next: char| next.is_ascii_digit())
                    .then_some((kind, spelling.len()));
            }
        }
    }
    if comma != Comma::Parts {
        for spelling in ["\\,", "\\;", "\\:", "\\ ", "\\!", "~", " ", "'"] {
            if let Some(after) = text.strip_prefix(spelling) {
                return after
                    .starts_with(|next: char| next.is_ascii_digit())
                    .then_some((" ", spelling.len()));
            }
        }
    }
    None
}

/// Digits that repeat, behind a decimal point with `count` digits before them.
fn repeating(text: &str, count: usize) -> Option<(String, usize)> {
    for opening in ["\\overline{", "\\bar{", "\\dot{", "\\overline "] {
        if let Some(inside) = text.strip_prefix(opening) {
            let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
            let closing = usize::from(inside[digits..].starts_with('}'));
            let braced = opening.ends_with('{');
            if digits > 0 && (!braced || closing == 1) {
                return Some((
                    inside[..digits].to_owned(),
                    opening.len() + digits + if braced { 1 } else { 0 },
                ));
            }
        }
    }
    if count == 0
        && let Some(inside) = text.strip_prefix('(')
    {
        let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && inside[digits..].starts_with(')') {
            return Some((inside[..digits].to_owned(), digits + 2));
        }
    }
    None
}
