//! LaTeX read to the same value as by the suite of another reader (latex2sympy2-extended). The suite writes the
//! values as SymPy calls, so a small reader of those stands here. Reads `../shared`; skips loudly without it.

use super::super::algebra::{self, Budget, Equality};
use super::super::expr::{Bound, Constant, Expr, Form, Function};
use super::super::judge::{self, Match, Settings};
use super::super::read::{self, Answer, Read, Rel, Relation, Side, Value};
use super::shared;

/// A piece of a SymPy expression.
#[derive(Debug, Clone)]
enum Py {
    Number(String),
    Text(String),
    Name(String),
    Call(String, Vec<Py>),
    List(Vec<Py>),
    Infix(&'static str, Box<(Py, Py)>),
    Negative(Box<Py>),
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn eat(&mut self, mark: &str) -> bool {
        self.rest = self.rest.trim_start();
        let eaten = self.rest.strip_prefix(mark);
        self.rest = eaten.unwrap_or(self.rest);
        eaten.is_some()
    }

    fn sum(&mut self) -> Py {
        let mut left = self.product();
        loop {
            left = if self.eat("+") {
                Py::Infix("+", Box::new((left, self.product())))
            } else if self.eat("-") {
                Py::Infix("-", Box::new((left, self.product())))
            } else {
                return left;
            };
        }
    }

    fn product(&mut self) -> Py {
        let mut left = self.unary();
        loop {
            left = if self.eat("*") {
                Py::Infix("*", Box::new((left, self.unary())))
            } else if self.eat("/") {
                Py::Infix("/", Box::new((left, self.unary())))
            } else {
                return left;
            };
        }
    }

    fn unary(&mut self) -> Py {
        if self.eat("-") {
            return Py::Negative(Box::new(self.unary()));
        }
        let base = self.atom();
        if self.eat("**") { Py::Infix("**", Box::new((base, self.unary()))) } else { base }
    }

    fn arguments(&mut self, close: &str) -> Vec<Py> {
        let mut found = Vec::new();
        while !self.eat(close) {
            let keyword = ["evaluate=False", "dir='+'"].iter().any(|keyword| self.eat(keyword));
            if !keyword {
                found.push(self.sum());
            }
            self.eat(",");
        }
        found
    }

    fn atom(&mut self) -> Py {
        self.rest = self.rest.trim_start();
        if self.eat("(") {
            let mut inside = self.arguments(")");
            return if inside.len() == 1 { inside.remove(0) } else { Py::List(inside) };
        }
        if self.eat("[") {
            return Py::List(self.arguments("]"));
        }
        if self.eat("'") {
            let (text, rest) = self.rest.split_once('\'').expect("a closing quote");
            self.rest = rest;
            return Py::Text(text.to_owned());
        }
        let length =
            self.rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(self.rest.len());
        assert!(length > 0, "not read: {}", self.rest);
        let (word, rest) = self.rest.split_at(length);
        self.rest = rest;
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return Py::Number(word.to_owned());
        }
        if !self.eat("(") {
            return Py::Name(word.to_owned());
        }
        let arguments = self.arguments(")");
        // `Function('f')(x)`.
        if let (Some(Py::Text(name)), "Function") = (arguments.first(), word) {
            assert!(self.eat("("), "a call");
            return Py::Call(format!("Function {name}"), self.arguments(")"));
        }
        Py::Call(word.to_owned(), arguments)
    }
}

fn symbol(name: &str) -> Expr {
    let name = name.replace("\\\\", "").replace(['{', '}'], "");
    let name = name.replace("theta", "θ");
    Expr::symbol(&name.strip_prefix("bar").map_or(name.clone(), |rest| format!("bar {rest}")))
}

fn bound(form: Form, parts: &[Py]) -> Expr {
    let (variable, ends) = match &parts[1..] {
        [Py::List(list)] => (&list[0], &list[1..]),
        [variable, ends @ ..] => (variable, ends),
        [] => panic!("a variable"),
    };
    let Expr::Symbol(variable) = expr(variable) else { panic!("{variable:?} is no variable") };
    Expr::Bound(Box::new(Bound {
        form,
        variable,
        body: expr(&parts[0]),
        ends: ends.iter().map(expr).collect(),
    }))
}

fn expr(py: &Py) -> Expr {
    match py {
        Py::Number(digits) => Expr::decimal(digits).expect("a decimal"),
        Py::Name(name) => match name.as_str() {
            "oo" => Expr::Constant(Constant::Infinity),
            "pi" => Expr::Constant(Constant::Pi),
            "E" => Expr::Constant(Constant::E),
            "I" => Expr::Constant(Constant::I),
            name => symbol(name),
        },
        Py::Negative(inner) => expr(inner).negated(),
        Py::Infix(op, pair) => {
            let (a, b) = (expr(&pair.0), expr(&pair.1));
            match *op {
                "+" => a.plus(b),
                "-" => a.minus(b),
                "*" => a.times(b),
                "/" => a.over(b),
                _ => a.power(b),
            }
        }
        Py::Call(name, parts) => {
            let one = |function| Expr::apply(function, expr(&parts[0]));
            let all = || parts.iter().map(expr).collect::<Vec<_>>();
            match name.as_str() {
                "Symbol" | "Integer" | "Rational" | "UnevaluatedExpr" if parts.len() == 1 => {
                    match &parts[0] {
                        Py::Text(text) if name == "Symbol" => symbol(text),
                        Py::Text(text) => {
                            let decimal = Expr::decimal(text.trim_start_matches('-')).expect("a decimal");
                            if text.starts_with('-') { decimal.negated() } else { decimal }
                        }
                        inner => expr(inner),
                    }
                }
                "Rational" => expr(&parts[0]).over(expr(&parts[1])),
                "Add" | "_Add" => Expr::Sum(all()),
                "Mul" | "_Mul" => Expr::Product(all()),
                "Pow" | "_Pow" => expr(&parts[0]).power(expr(&parts[1])),
                "sqrt" => expr(&parts[0]).sqrt(),
                "root" => Expr::Apply(Function::Root, all()),
                "Abs" | "_Abs" => one(Function::Abs),
                "floor" => one(Function::Floor),
                "ceiling" => one(Function::Ceil),
                "_factorial" => one(Function::Factorial),
                "sin" => one(Function::Sin),
                "cos" => one(Function::Cos),
                "acos" => one(Function::Arccos),
                "sinh" => one(Function::Sinh),
                "cosh" => one(Function::Cosh),
                "tanh" => one(Function::Tanh),
                "asinh" => one(Function::Arsinh),
                "acosh" => one(Function::Arcosh),
                "atanh" => one(Function::Artanh),
                "gcd" => Expr::Apply(Function::Gcd, all()),
                "lcm" => Expr::Apply(Function::Lcm, all()),
                "Mod" => Expr::Apply(Function::Mod, all()),
                "_log" if matches!(&parts[1], Py::Name(base) if base == "E") => one(Function::Ln),
                "_log" => Expr::Apply(Function::Log, vec![expr(&parts[1]), expr(&parts[0])]),
                "Limit" => bound(Form::Limit, parts),
                "Integral" => bound(Form::Integral, parts),
                "Derivative" => bound(Form::Derivative, parts),
                "Sum" => bound(Form::Sum, parts),
                "Product" => bound(Form::Product, parts),
                name => match name.strip_prefix("Function ") {
                    Some(name) => Expr::Apply(Function::Named(name.into()), all()),
                    None => panic!("{name} is not known here"),
                },
            }
        }
        other => panic!("{other:?} is no expression"),
    }
}

fn rows(py: &Py) -> Vec<Vec<Expr>> {
    let Py::List(rows) = py else { panic!("{py:?} is no matrix") };
    rows.iter()
        .map(|row| match row {
            Py::List(cells) => cells.iter().map(expr).collect(),
            cell => vec![expr(cell)],
        })
        .collect()
}

fn value(py: &Py) -> Answer {
    let relation = |rel, parts: &[Py]| {
        let side = |py| Side { answer: Some(Answer::Value(Value::bare(expr(py)))), name: None };
        Answer::Relation(Relation { sides: parts.iter().map(side).collect(), rels: vec![rel] })
    };
    match py {
        Py::Call(name, parts) => match name.as_str() {
            "Eq" => relation(Rel::Eq, parts),
            "Ne" => relation(Rel::Ne, parts),
            "LessThan" => relation(Rel::Le, parts),
            "GreaterThan" => relation(Rel::Ge, parts),
            "StrictGreaterThan" => relation(Rel::Gt, parts),
            "Matrix" => Answer::Matrix(rows(&parts[0])),
            "FiniteSet" => Answer::Set(parts.iter().map(value).collect()),
            "MatMul" => {
                let [scale, Py::Call(_, left), Py::Call(_, right)] = &parts[..] else { panic!("{py:?}") };
                let (scale, left, right) = (expr(scale), rows(&left[0]), rows(&right[0]));
                let entry = |row: &[Expr], column: usize| {
                    let terms = row.iter().zip(&right).map(|(a, b)| a.clone().times(b[column].clone()));
                    scale.clone().times(Expr::Sum(terms.collect()))
                };
                let product = left.iter().map(|row| (0..right[0].len()).map(|at| entry(row, at)).collect());
                Answer::Matrix(product.collect())
            }
            _ => Answer::Value(Value::bare(expr(py))),
        },
        Py::Name(name) if name == "S.EmptySet" => Answer::Set(Vec::new()),
        _ => Answer::Value(Value::bare(expr(py))),
    }
}

/// The value with its percent sign worked in.
fn plain(value: &Value) -> Expr {
    match &value.expr {
        expr if value.percent && *expr != Expr::Constant(Constant::Infinity).negated() => {
            expr.clone().over(Expr::integer(100))
        }
        expr => expr.clone(),
    }
}

/// Equal in value; forms that are never evaluated by their variable, their ends and what they are of.
fn same_expr(a: &Expr, b: &Expr) -> bool {
    if let (Expr::Bound(a), Expr::Bound(b)) = (a, b) {
        return a.form == b.form
            && a.variable == b.variable
            && a.ends.len() == b.ends.len()
            && a.ends.iter().zip(&b.ends).all(|(a, b)| same_expr(a, b))
            && same_expr(&a.body, &b.body);
    }
    matches!(algebra::equal(a, b, &mut Budget::default()), Equality::Same(_))
}

fn same(expected: &Answer, read: &Answer) -> bool {
    match (expected, read) {
        (Answer::Value(a), Answer::Value(b)) => same_expr(&plain(a), &plain(b)),
        _ => {
            let read_as = |answer: &Answer| Read {
                spelling: String::new(),
                readings: vec![answer.clone()],
                numeral: None,
                too_long: false,
            };
            let found = judge::compare(&read_as(expected), &read_as(read), &Settings::default());
            matches!(found, Match::Same(_))
        }
    }
}

#[test]
fn latex_is_read_to_the_same_value() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for row in shared("math/latex_parse_cases.jsonl") {
        let (latex, sympy) = (row["latex"].as_str().unwrap(), row["sympy"].as_str().unwrap());
        let mut reader = Reader { rest: sympy };
        let expected = value(&reader.sum());
        assert!(reader.rest.trim().is_empty(), "{sympy}: {} is left", reader.rest);
        let read = read::read(latex);
        count += 1;
        // The first reading is what it is taken for; matrices in a list are the suite's set.
        if !read.readings.first().is_some_and(|first| same(&expected, first)) {
            wrong.push(format!("{latex}: {sympy}: read as {:?}", read.readings));
        }
    }
    eprintln!("{count} readings, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
