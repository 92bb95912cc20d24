//! Cuts an answer into tokens. In: LaTeX, plain text or Unicode as people and models write it. Out: numbers,
//! letters, words, operators, relations, brackets; typography is gone. One pass, memory linear in the input.
//! Never: a meaning (that is the parser's), a guess at what an unknown command is.

mod command;
mod letters;
mod number;
mod order;
mod plain;

use super::super::expr::Function;
use super::symbols;
use number::number;
pub(super) use plain::plain;

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
    Iff,
    Over,
    Choose,
    Mod,
    Pmod,
    Det,
    Factorial,
    Cbrt,
    Cis,
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
    /// An angle, a triangle, a square in front of its corners.
    Shape(char),
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
    /// `12,34,567` is one number, in lakhs and crores.
    Lakh,
}

/// Tokens an answer may have.
pub(super) const MAX_TOKENS: usize = 6_000;

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
        upright: 0,
        environments: 0,
    };
    while lexer.at < text.len() {
        lexer.next();
        if lexer.tokens.len() > MAX_TOKENS {
            return None;
        }
    }
    order::join_conditions(&mut lexer.tokens);
    order::index_first(&mut lexer.tokens);
    Some(letters::cut_products(lexer.tokens))
}

/// What an open brace is.
#[derive(Clone, Copy, PartialEq)]
enum Brace {
    Group,
    /// Of `\text{…}`; whether it is a group of its own.
    Text(bool),
    /// Of a font: not a token. Whether it is upright.
    Font(bool),
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    comma: Comma,
    tokens: Vec<Token>,
    spaced: bool,
    braces: Vec<Brace>,
    texts: usize,
    /// Open upright fonts.
    upright: usize,
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
                Some(Brace::Font(upright)) => self.upright -= usize::from(upright),
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
            // `5'3"`: inches or seconds, behind feet or minutes.
            '"' if matches!(self.last(), Some(Tok::Number(_)))
                && self.tokens.iter().any(|token| token.tok == Tok::Op('\'')) =>
            {
                self.push(Tok::Op('"'))
            }
            // A full stop inside an abbreviation, or at the end.
            '.' | '"' | '`' => self.spaced = true,
            char if char.is_whitespace() => self.spaced = true,
            // Scripts without letters for variables: `5元`, `无解`.
            char if is_word(char) => {
                let length = rest.find(|char| !is_word(char)).unwrap_or(rest.len());
                self.at += length;
                let start = self.at - length - char.len_utf8();
                self.push(Tok::Word(self.text[start..self.at].to_owned()));
            }
            // `①` too.
            char if char.is_alphanumeric() => self.push(Tok::Letter(char)),
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
            // `\mathrm{m}` is a metre where it measures something; `\mathrm{i}` and `\mathrm{e}` are numbers.
            let text = self.texts > 0 || (self.upright > 0 && "msghNJWVAKLTC".contains(first));
            self.tokens.push(Token {
                tok: Tok::Letter(first),
                spaced: std::mem::take(&mut self.spaced),
                text,
            });
            return;
        }
        // `12.5 per cent`.
        if word == "cent" && self.last() == Some(&Tok::Word("per".into())) {
            self.tokens.pop();
            self.push(Tok::Percent);
            return;
        }
        // `150 min` is a quantity, `min(1, 2)` a function.
        let called = rest[length..].trim_start().starts_with(['(', '{', '\\']);
        if matches!(word, "min" | "max") && !called {
            self.push(Tok::Word(word.to_owned()));
            return;
        }
        // `7 (mod 10)`.
        if word == "mod" && self.last() == Some(&Tok::Open('(')) {
            self.push(Tok::Mark(Mark::Pmod));
            return;
        }
        // `Abs(x)`, `Sin(x)`, as computer algebra writes them.
        if first.is_ascii_uppercase()
            && rest[length..].starts_with('(')
            && let Some(function) = symbols::function(&word.to_lowercase())
        {
            self.push(Tok::Function(function));
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
}

/// Whether `char` belongs to a script that has words and no variables: Chinese, Japanese, Korean.
fn is_word(char: char) -> bool {
    char >= '\u{2e80}' && char.is_alphabetic() && (char as u32) < 0x1_0000
        || ('\u{20000}'..='\u{3ffff}').contains(&char)
}

/// Words that are tokens of their own outside LaTeX.
fn known_word(word: &str) -> Option<Tok> {
    Some(match word {
        "sqrt" => Tok::Mark(Mark::Sqrt),
        "exp" => Tok::Mark(Mark::Exp),
        "cbrt" => Tok::Mark(Mark::Cbrt),
        "factorial" => Tok::Mark(Mark::Factorial),
        "cis" => Tok::Mark(Mark::Cis),
        "det" => Tok::Mark(Mark::Det),
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
