//! Reads a program without running it. In: its text. Out: whether it is Python, what it defines, and
//! what a linter would say: undefined names, unused imports and variables. Never: deep recursion on
//! hostile text, or an opinion on text that is too large or too deep to read; the interpreter has one.
//!
//! The parser is ruff's. `nesting` says what may be parsed at all, `names` resolves names.

mod builtins;
mod names;
mod nesting;

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextSize};

pub(super) use builtins::BUILTINS;
pub(super) use nesting::depth;

use names::Names;

/// Larger texts are not read; the largest of MBPP's, HumanEval's and 2,050 model programs has 6 kB.
const MAX_BYTES: usize = 1 << 20;
/// Texts with longer chains of nesting are not read; CPython itself refuses 200 open brackets and
/// overflows its stack on expressions some thousand levels deep.
const MAX_DEPTH: usize = 8000;
/// Texts nested deeper than this are read on a larger stack.
const SHALLOW: usize = 50;
/// Tests with longer chains are not taken; one of 60 numbers in a list has 61 links.
pub(super) const MAX_TEST_DEPTH: usize = 100;
/// The larger stack: some 20 kB a level in an unoptimised build.
const STACK_BYTES: usize = 256 << 20;

/// Something to be said about a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// From 1.
    pub(super) line: usize,
    pub(super) message: String,
}

/// A statement at the top level that defines or imports names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Definition {
    pub(super) names: Vec<String>,
    /// Its text.
    pub(super) text: String,
    /// Whether it is a function whose body says nothing but what it should do.
    pub(super) is_stub: bool,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Syntax {
    /// Too large or too deep: nothing else is filled in.
    pub(super) unread: bool,
    /// Not Python: nothing else is filled in.
    pub(super) error: Option<Finding>,
    /// Names used that nothing binds.
    pub(super) undefined: Vec<(String, Finding)>,
    /// Unused imports and variables.
    pub(super) warnings: Vec<Finding>,
    /// Names bound at the top level.
    pub(super) defined: BTreeSet<String>,
    pub(super) definitions: Vec<Definition>,
    /// Statements, those within others included.
    pub(super) statements: usize,
    /// Whether it is nothing but names, constants and the like: prose that happens to be Python.
    pub(super) does_nothing: bool,
}

impl Syntax {
    /// Whether it is Python, as far as was seen.
    pub(super) fn is_python(&self) -> bool {
        !self.unread && self.error.is_none()
    }

    /// From 1 (nothing to complain of) to 0, by pylint's formula: errors count fivefold, over statements.
    pub(super) fn score(&self) -> f64 {
        if self.error.is_some() {
            return 0.0;
        }
        let faults = (5 * self.undefined.len() + self.warnings.len()) as f64;
        (1.0 - faults / self.statements.max(1) as f64).max(0.0)
    }

    /// The gravest finding.
    pub(super) fn first(&self) -> Option<&Finding> {
        let undefined = self.undefined.first().map(|(_, finding)| finding);
        self.error.as_ref().or(undefined).or(self.warnings.first())
    }
}

/// Reads `source`.
pub(super) fn read(source: &str) -> Syntax {
    let unread = || Syntax { unread: true, ..Syntax::default() };
    if source.len() > MAX_BYTES {
        return unread();
    }
    match depth(source) {
        depth if depth <= SHALLOW => parse(source),
        depth if depth <= MAX_DEPTH => std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
            let read = thread.spawn_scoped(scope, || parse(source));
            read.ok().and_then(|thread| thread.join().ok()).unwrap_or_else(unread)
        }),
        _ => unread(),
    }
}

/// Whether `source` is one `assert` statement that calls the function `entry`.
pub(super) fn is_assert_on(source: &str, entry: &str) -> bool {
    struct Calls<'a>(&'a str, bool);
    impl<'a> Visitor<'a> for Calls<'_> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Call(call) = expr
                && matches!(&*call.func, Expr::Name(name) if name.id.as_str() == self.0)
            {
                self.1 = true;
            }
            visitor::walk_expr(self, expr);
        }
    }
    // Tests are short, and this runs on the caller's stack.
    if depth(source) > MAX_TEST_DEPTH {
        return false;
    }
    let Ok(module) = ruff_python_parser::parse_module(source) else { return false };
    let [Stmt::Assert(assert)] = &module.syntax().body[..] else { return false };
    let mut calls = Calls(entry, false);
    calls.visit_expr(&assert.test);
    calls.1
}

fn parse(source: &str) -> Syntax {
    let line_of = |at: TextSize| {
        let before = source.as_bytes().get(..usize::from(at)).unwrap_or(source.as_bytes());
        1 + before.iter().filter(|&&byte| byte == b'\n').count()
    };
    let module = match ruff_python_parser::parse_module(source) {
        Ok(module) => module,
        Err(error) => {
            let finding = Finding { line: line_of(error.location.start()), message: error.error.to_string() };
            return Syntax { error: Some(finding), ..Syntax::default() };
        }
    };
    let body = &module.syntax().body;
    let names = Names::of(body);
    let (undefined, mut unused) = names.resolved();
    unused.sort();
    let finding = |at: TextSize, message: String| Finding { line: line_of(at), message };
    let definitions = body.iter().filter_map(|statement| definition(source, statement)).collect();
    Syntax {
        unread: false,
        error: None,
        undefined: undefined
            .into_iter()
            .map(|(at, name)| (name.to_owned(), finding(at, format!("undefined name `{name}`"))))
            .collect(),
        warnings: unused
            .into_iter()
            .map(|(at, name, what)| finding(at, format!("{what} `{name}` is never used")))
            .collect(),
        defined: names.defined(),
        definitions,
        statements: names.statements,
        does_nothing: body.iter().all(does_nothing),
    }
}

fn does_nothing(statement: &Stmt) -> bool {
    fn idle(expr: &Expr) -> bool {
        match expr {
            Expr::Name(_) | Expr::StringLiteral(_) | Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) => true,
            Expr::NoneLiteral(_) | Expr::EllipsisLiteral(_) | Expr::BytesLiteral(_) => true,
            Expr::Tuple(tuple) => tuple.elts.iter().all(idle),
            Expr::List(list) => list.elts.iter().all(idle),
            Expr::BinOp(op) => idle(&op.left) && idle(&op.right),
            Expr::UnaryOp(op) => idle(&op.operand),
            Expr::Compare(compare) => idle(&compare.left) && compare.comparators.iter().all(idle),
            Expr::Attribute(attribute) => idle(&attribute.value),
            _ => false,
        }
    }
    match statement {
        Stmt::Expr(expr) => idle(&expr.value),
        // "Answer: 42" is an annotation.
        Stmt::AnnAssign(annotated) => annotated.value.is_none(),
        _ => false,
    }
}

fn definition(source: &str, statement: &Stmt) -> Option<Definition> {
    let text = || source.get(std::ops::Range::<usize>::from(statement.range())).map(str::to_owned);
    let is_stub = match statement {
        Stmt::FunctionDef(function) => function.body.iter().all(|statement| {
            matches!(statement, Stmt::Pass(_))
                || matches!(statement, Stmt::Expr(expr) if matches!(&*expr.value,
                    Expr::StringLiteral(_) | Expr::EllipsisLiteral(_)))
        }),
        Stmt::ClassDef(_) | Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::Assign(_) => false,
        Stmt::AnnAssign(annotated) if annotated.value.is_some() => false,
        _ => return None,
    };
    let names = Names::of(std::slice::from_ref(statement)).defined().into_iter().collect();
    Some(Definition { names, text: text()?, is_stub })
}

#[cfg(test)]
mod tests;
