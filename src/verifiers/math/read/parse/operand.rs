//! Reads single operands. In: the tokens where a factor begins. Out: groups, brackets, bars, letters with their
//! subscripts, arguments of commands. Never: what stands behind the operand, save subscripts.

use super::super::super::expr::{Constant, Expr, Function};
use super::super::lex::{Mark, Tok};
use super::super::matrix;
use super::number::literal;
use super::words::is_product;
use super::{Parsed, Parser, Stop};

impl Parser {
    /// One argument: a group, or a single token; of a number its first digit where `digit` says so.
    pub(super) fn argument(&mut self, digit: bool) -> Parsed {
        self.nested(|parser| {
            if parser.eat(&Tok::Group) {
                return parser.group();
            }
            match parser.peek() {
                Some(Tok::Number(number)) if digit && number.whole.len() > 1 && number.fraction.is_none() => {
                    let mut rest = number.clone();
                    let first = rest.whole.remove(0);
                    parser.tokens[parser.at].tok = Tok::Number(rest);
                    Expr::decimal(&first.to_string()).ok_or(Stop::Syntax)
                }
                Some(Tok::Number(number)) => {
                    let value = literal(&number.clone())?;
                    parser.at += 1;
                    Ok(value)
                }
                Some(Tok::Op('-')) => {
                    parser.at += 1;
                    Ok(parser.argument(digit)?.negated())
                }
                Some(_) => parser.primary(),
                None => Err(Stop::Syntax),
            }
        })
    }

    /// The inside of a TeX group, up to its end.
    pub(super) fn group(&mut self) -> Parsed {
        if self.eat(&Tok::EndGroup) {
            return Err(Stop::Syntax);
        }
        // `|` inside a group does not close one outside.
        let bars = std::mem::take(&mut self.bars);
        let value = self.divided()?;
        self.bars = bars;
        self.expect(&Tok::EndGroup)?;
        Ok(value)
    }

    /// A sum; one over or of another: `a \over b`, `n \choose k`.
    pub(super) fn divided(&mut self) -> Parsed {
        let left = self.sum()?;
        Ok(match self.peek() {
            Some(Tok::Mark(mark @ (Mark::Over | Mark::Choose))) => {
                let over = *mark == Mark::Over;
                self.at += 1;
                let right = self.sum()?;
                if over { left.over(right) } else { Expr::Apply(Function::Binomial, vec![left, right]) }
            }
            _ => left,
        })
    }

    /// What a script holds: a group, a number, a letter without a subscript of its own.
    pub(super) fn script(&mut self) -> Parsed {
        if let Some(Tok::Letter(letter)) = self.peek() {
            let value = constant_or_symbol(*letter, self.bound_i > 0);
            self.at += 1;
            return Ok(value);
        }
        self.argument(true)
    }

    /// `{}_5C_2`, `^5P_2`: chosen or put in order, from the mark before the first number on.
    fn chosen(&mut self) -> Parsed {
        let n = self.script()?;
        let ordered = match self.peek() {
            Some(Tok::Letter('C')) => false,
            Some(Tok::Letter('P')) => true,
            _ => return Err(Stop::Syntax),
        };
        self.at += 1;
        self.expect(&Tok::Op('_'))?;
        let k = self.script()?;
        let chosen = Expr::Apply(Function::Binomial, vec![n, k.clone()]);
        Ok(if ordered { chosen.times(Expr::apply(Function::Factorial, k)) } else { chosen })
    }

    /// A determinant, from its `\begin` on.
    pub(super) fn determinant(&mut self) -> Parsed {
        let inside = &self.tokens[self.at..];
        let end = inside.iter().position(|token| matches!(token.tok, Tok::End(_))).ok_or(Stop::Syntax)?;
        let rows = matrix::rows(&inside[1..end]).ok_or(Stop::Syntax)?;
        self.at += end + 1;
        matrix::determinant(&rows).ok_or(Stop::Size)
    }

    pub(super) fn primary(&mut self) -> Parsed {
        self.nested(Self::primary_inside)
    }

    pub(super) fn primary_inside(&mut self) -> Parsed {
        let Some(token) = self.tokens.get(self.at).cloned() else { return Err(Stop::Syntax) };
        if self.integrals > 0
            && let Some((variable, length)) = self.differential_here()
        {
            self.at += length;
            self.differential = Some(variable);
            return Ok(Expr::integer(1));
        }
        self.at += 1;
        match token.tok {
            Tok::Number(number) => self.number(&number),
            Tok::Letter(letter) => {
                let value = self.letter(letter)?;
                self.called(value)
            }
            Tok::Accented(name) => {
                let name = self.subscripted(name)?;
                Ok(Expr::symbol(&name))
            }
            // `root(5, 4)`: the fourth root of five, as computer algebra writes it.
            Tok::Word(word)
                if matches!(word.as_str(), "root" | "nthroot" | "surd") && self.eat(&Tok::Open('(')) =>
            {
                let arguments = self.arguments()?;
                if arguments.len() != 2 {
                    return Err(Stop::Syntax);
                }
                Ok(Expr::Apply(Function::Root, arguments))
            }
            Tok::Word(word) if !token.text && is_product(&word) => {
                // The last letter takes what follows: `ab^2`.
                let mut letters: Vec<char> = word.chars().collect();
                let last = letters.pop().ok_or(Stop::Syntax)?;
                let mut factors = Vec::new();
                for letter in letters {
                    factors.push(constant_or_symbol(letter, self.bound_i > 0));
                }
                let last = self.letter(last)?;
                // Postfixes belong to the last letter.
                let last = if self.op('^') && !matches!(self.peek_at(1), Some(Tok::Degree)) {
                    self.at += 1;
                    let exponent = self.exponent()?;
                    last.power(exponent)
                } else {
                    last
                };
                factors.push(last);
                Ok(Expr::Product(factors))
            }
            Tok::Currency(_) => self.primary(),
            Tok::Infinity => Ok(Expr::Constant(Constant::Infinity)),
            Tok::Shape(shape) => {
                let mut corners: Vec<char> = Vec::new();
                while let Some(Tok::Letter(letter)) = self.peek() {
                    corners.push(*letter);
                    self.at += 1;
                }
                if let Some(Tok::Word(word)) = self.peek()
                    && corners.is_empty()
                {
                    corners.extend(word.chars());
                    self.at += 1;
                }
                // The angle ABC is the angle CBA.
                if shape == '∠' && corners.len() == 3 && corners[0] > corners[2] {
                    corners.reverse();
                }
                if corners.is_empty() {
                    return Err(Stop::Syntax);
                }
                Ok(Expr::symbol(&std::iter::once(shape).chain(corners).collect::<String>()))
            }
            // `{}_5C_2`.
            Tok::Group
                if self.peek() == Some(&Tok::EndGroup)
                    && matches!(self.peek_at(1), Some(Tok::Op('_' | '^'))) =>
            {
                self.at += 2;
                self.chosen()
            }
            Tok::Group => self.group(),
            Tok::Open(open) => {
                let close = match open {
                    '(' => ')',
                    '[' => ']',
                    '{' => '}',
                    '⌊' => '⌋',
                    '⌈' => '⌉',
                    _ => return Err(Stop::Syntax),
                };
                let bars = std::mem::take(&mut self.bars);
                let value = self.sum()?;
                self.bars = bars;
                self.expect(&Tok::Close(close))?;
                Ok(match open {
                    '⌊' => Expr::apply(Function::Floor, value),
                    '⌈' => Expr::apply(Function::Ceil, value),
                    _ => value,
                })
            }
            Tok::Begin(name) if name == "vmatrix" => {
                self.at -= 1;
                self.determinant()
            }
            Tok::Op('|') if matches!(self.peek(), Some(Tok::Begin(_))) => {
                let value = self.determinant()?;
                self.expect(&Tok::Op('|'))?;
                Ok(value)
            }
            Tok::Op('_' | '^') => self.chosen(),
            Tok::Op(bar @ ('|' | '‖')) => {
                self.bars += 1;
                let value = self.sum()?;
                self.bars -= 1;
                self.expect(&Tok::Op(bar))?;
                Ok(Expr::apply(
                    if bar == '|' { Function::Abs } else { Function::Named("norm".into()) },
                    value,
                ))
            }
            Tok::Function(function) => self.function(function),
            Tok::Mark(mark) => self.mark(mark),
            Tok::Op('-') => Ok(self.factor()?.negated()),
            _ => Err(Stop::Syntax),
        }
    }

    /// A letter with its subscript.
    pub(super) fn letter(&mut self, letter: char) -> Parsed {
        if self.op('_') {
            let name = self.subscripted(letter.to_string())?;
            return Ok(Expr::symbol(&name));
        }
        Ok(constant_or_symbol(letter, self.bound_i > 0))
    }

    /// `name` with the subscript that follows, if one does.
    pub(super) fn subscripted(&mut self, name: String) -> Result<String, Stop> {
        if !self.eat(&Tok::Op('_')) {
            return Ok(name);
        }
        let mut subscript = String::new();
        let mut depth = 0usize;
        while let Some(token) = self.tokens.get(self.at) {
            match &token.tok {
                Tok::Group => depth += 1,
                Tok::EndGroup if depth == 0 => break,
                Tok::EndGroup => depth -= 1,
                Tok::Number(number) => subscript.push_str(&number.whole),
                Tok::Letter(letter) => subscript.push(*letter),
                Tok::Word(word) | Tok::Accented(word) => subscript.push_str(word),
                Tok::Op(op @ ('+' | '-' | ',' | '*' | '/')) if depth > 0 => subscript.push(*op),
                Tok::Open(open) if depth > 0 => subscript.push(*open),
                Tok::Close(close) if depth > 0 => subscript.push(*close),
                Tok::Infinity => subscript.push('∞'),
                _ => return Err(Stop::Syntax),
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
        if subscript.is_empty() { Err(Stop::Syntax) } else { Ok(format!("{name}_{subscript}")) }
    }
}

fn constant_or_symbol(letter: char, i_is_bound: bool) -> Expr {
    match letter {
        'π' => Expr::Constant(Constant::Pi),
        'e' => Expr::Constant(Constant::E),
        'i' if !i_is_bound => Expr::Constant(Constant::I),
        'I' => Expr::Constant(Constant::I),
        letter => Expr::symbol(letter.encode_utf8(&mut [0; 4])),
    }
}
