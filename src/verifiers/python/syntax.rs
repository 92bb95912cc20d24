//! Reads a program without running it. In: its text. Out: whether it is Python, what it defines, and
//! what a linter would say: undefined names, unused imports and variables. Never: deep recursion on
//! hostile text, or an opinion on text that is too large or too deep to read; the interpreter has one.
//!
//! The parser is ruff's. Names are resolved here, by the language's rules of scope but without regard
//! to order: a name that is bound anywhere in a scope counts as bound in all of it.

use std::collections::{BTreeSet, HashMap, HashSet};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Comprehension, ExceptHandler, Expr, ExprContext, Parameters, Pattern, Stmt, TypeParam,
};
use ruff_text_size::{Ranged, TextSize};

/// Larger texts are not read; the largest of MBPP's, HumanEval's and 2,050 model programs has 6 kB.
const MAX_BYTES: usize = 1 << 20;
/// Texts with longer chains of nesting are not read; CPython itself refuses 200 open brackets and
/// overflows its stack on expressions some thousand levels deep.
const MAX_DEPTH: usize = 8000;
/// Texts nested deeper than this are read on a larger stack.
const SHALLOW: usize = 50;
/// Tests with longer chains are not taken; one of 60 numbers in a list has 61 links.
const MAX_TEST_DEPTH: usize = 100;
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
    let mut names = Names { scopes: vec![Scope::default()], current: 0, statements: 0 };
    names.visit_body(body);
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
        defined: names.scopes[0].bound.iter().map(|&name| name.to_owned()).collect(),
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
    let mut names = Names { scopes: vec![Scope::default()], current: 0, statements: 0 };
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
    names.visit_stmt(statement);
    let names = names.scopes[0].bound.iter().map(|&name| name.to_owned()).collect();
    Some(Definition { names, text: text()?, is_stub })
}

/// An upper bound of how deep the syntax tree of `source` is: brackets that are open at one time,
/// operators and words in one chain, and levels of indentation. Linear. Strings and comments do not count,
/// unless there are strings that hold code: then all text counts as code.
fn depth(source: &str) -> usize {
    let bytes = source.as_bytes();
    let skips = !has_formatted_string(bytes);
    // What each open bracket has gathered in its current item; the first is the line's.
    let mut chains = vec![0usize];
    let (mut sum, mut most, mut at) = (0usize, 0usize, 0);
    let mut line_start = true;
    let mut indents = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if line_start {
            let blanks = bytes[at..].iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
            indents = blanks;
            line_start = false;
        }
        match byte {
            b'#' if skips => {
                at += bytes[at..].iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len() - at);
                continue;
            }
            b'"' | b'\'' if skips => {
                at = after_string(bytes, at);
                continue;
            }
            b'(' | b'[' | b'{' => {
                chains.push(0);
                sum += 1;
            }
            b')' | b']' | b'}' => {
                if chains.len() > 1 {
                    sum -= chains.pop().unwrap_or(0);
                } else {
                    sum += 1;
                }
                // A bracket after a bracket is one more link of the outer chain: it stays counted.
                if let Some(chain) = chains.last_mut() {
                    *chain += 1;
                }
            }
            b',' | b';' | b'\n' => {
                line_start = byte == b'\n';
                if byte == b',' || chains.len() == 1 {
                    let chain = chains.last_mut().map_or(0, std::mem::take);
                    sum -= chain;
                }
            }
            // The line goes on.
            b'\\' if matches!(bytes.get(at + 1), Some(b'\n')) => at += 1,
            b'\\' if bytes[at..].starts_with(b"\\\r\n") => at += 2,
            b' ' | b'\t' | b'\r' | b'\\' => {}
            _ if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 => {
                let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
                at += bytes[at..].iter().take_while(|&&byte| word(byte)).count();
                if let Some(chain) = chains.last_mut() {
                    *chain += 1;
                    sum += 1;
                }
                most = most.max(sum + indents);
                continue;
            }
            _ => {
                if let Some(chain) = chains.last_mut() {
                    *chain += 1;
                    sum += 1;
                }
            }
        }
        most = most.max(sum + indents);
        at += 1;
    }
    most
}

/// Whether some quote may open an f-string or a t-string.
fn has_formatted_string(bytes: &[u8]) -> bool {
    bytes.windows(2).enumerate().any(|(at, pair)| {
        let before = pair[0].to_ascii_lowercase();
        matches!(pair[1], b'"' | b'\'')
            && (matches!(before, b'f' | b't')
                || before == b'r' && at > 0 && matches!(bytes[at - 1].to_ascii_lowercase(), b'f' | b't'))
    })
}

/// Where the string literal that opens at `at` ends.
fn after_string(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let triple = bytes[at..].starts_with(&[quote; 3]);
    let mut here = at + if triple { 3 } else { 1 };
    while here < bytes.len() {
        match bytes[here] {
            b'\\' => here += 2,
            b'\n' | b'\r' if !triple => return here,
            byte if byte == quote => {
                if !triple {
                    return here + 1;
                }
                if bytes[here..].starts_with(&[quote; 3]) {
                    return here + 3;
                }
                here += 1;
            }
            _ => here += 1,
        }
    }
    bytes.len()
}

/// A scope of names.
#[derive(Default)]
struct Scope<'a> {
    parent: usize,
    /// A class's names are not seen from its functions.
    is_class: bool,
    is_function: bool,
    /// Of a comprehension, whose `:=` binds outside.
    is_comprehension: bool,
    bound: BTreeSet<&'a str>,
    global: HashSet<&'a str>,
    loads: Vec<(TextSize, &'a str)>,
    /// Imports and plain assignments, of which unused ones are told.
    imports: Vec<(TextSize, &'a str)>,
    assigned: Vec<(TextSize, &'a str)>,
    star: bool,
    /// `locals()`, `exec` and the like see everything.
    reflects: bool,
}

struct Names<'a> {
    scopes: Vec<Scope<'a>>,
    current: usize,
    statements: usize,
}

type Unused<'a> = (TextSize, &'a str, &'static str);

impl<'a> Names<'a> {
    fn scope(&mut self) -> &mut Scope<'a> {
        &mut self.scopes[self.current]
    }

    fn bind(&mut self, name: &'a str) {
        if self.scope().global.contains(name) {
            self.scopes[0].bound.insert(name);
        } else {
            self.scope().bound.insert(name);
        }
    }

    fn within(&mut self, scope: Scope<'a>, visit: impl FnOnce(&mut Self)) {
        let parent = self.current;
        self.scopes.push(Scope { parent, ..scope });
        self.current = self.scopes.len() - 1;
        visit(self);
        self.current = parent;
    }

    fn parameters(&mut self, parameters: &'a Parameters) {
        for parameter in parameters {
            self.bind(parameter.name().as_str());
        }
    }

    fn comprehension(&mut self, generators: &'a [Comprehension], parts: &[&'a Expr]) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.within(Scope { is_comprehension: true, ..Scope::default() }, |names| {
            for (at, generator) in generators.iter().enumerate() {
                if at > 0 {
                    names.visit_expr(&generator.iter);
                }
                names.visit_expr(&generator.target);
                generator.ifs.iter().for_each(|test| names.visit_expr(test));
            }
            parts.iter().for_each(|part| names.visit_expr(part));
        });
    }

    /// Names that nothing binds, once each, and bindings that nothing uses.
    fn resolved(&self) -> (Vec<(TextSize, &'a str)>, Vec<Unused<'a>>) {
        let (mut undefined, mut told) = (Vec::new(), HashSet::new());
        let mut used: HashMap<usize, HashSet<&str>> = HashMap::new();
        let star = self.scopes.iter().any(|scope| scope.star);
        let reflects = self.scopes.iter().any(|scope| scope.reflects);
        for (at, scope) in self.scopes.iter().enumerate() {
            for &(place, name) in &scope.loads {
                match self.home(at, name) {
                    Some(home) => {
                        used.entry(home).or_default().insert(name);
                    }
                    None if star || reflects || BUILTINS.contains(&name) => {}
                    None if told.insert(name) => undefined.push((place, name)),
                    None => {}
                }
            }
        }
        undefined.sort();
        let mut unused = Vec::new();
        let exports = self.scopes[0].bound.contains("__all__");
        for (at, scope) in self.scopes.iter().enumerate() {
            let is_used = |name: &str| used.get(&at).is_some_and(|used| used.contains(name));
            for &(place, name) in &scope.imports {
                let exported = at == 0 && exports;
                if !(is_used(name) || reflects || exported) {
                    unused.push((place, name, "import"));
                }
            }
            for &(place, name) in &scope.assigned {
                if !is_used(name) && !reflects && name != "_" && !scope.global.contains(name) {
                    unused.push((place, name, "variable"));
                }
            }
        }
        (undefined, unused)
    }

    /// The scope whose `name` a use in scope `from` means.
    fn home(&self, from: usize, name: &str) -> Option<usize> {
        let mut at = from;
        loop {
            let scope = &self.scopes[at];
            if scope.global.contains(name) {
                return self.scopes[0].bound.contains(name).then_some(0);
            }
            if scope.bound.contains(name) && (at == from || !scope.is_class) {
                return Some(at);
            }
            if at == 0 {
                return None;
            }
            at = scope.parent;
        }
    }
}

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.statements += 1;
        match statement {
            Stmt::FunctionDef(function) => {
                self.bind(function.name.as_str());
                function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                if let Some(types) = &function.type_params {
                    self.visit_type_params(types);
                }
                visitor::walk_parameters(self, &function.parameters);
                if let Some(returns) = &function.returns {
                    self.visit_annotation(returns);
                }
                self.within(Scope { is_function: true, ..Scope::default() }, |names| {
                    names.parameters(&function.parameters);
                    names.visit_body(&function.body);
                });
            }
            Stmt::ClassDef(class) => {
                self.bind(class.name.as_str());
                class.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                if let Some(types) = &class.type_params {
                    self.visit_type_params(types);
                }
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                self.within(Scope { is_class: true, ..Scope::default() }, |names| {
                    names.visit_body(&class.body);
                });
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    let name = name.split('.').next().unwrap_or(name);
                    self.bind(name);
                    self.scope().imports.push((alias.range.start(), name));
                }
            }
            Stmt::ImportFrom(import) => {
                let future = import.module.as_ref().is_some_and(|module| module.as_str() == "__future__");
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    if name == "*" {
                        self.scope().star = true;
                        continue;
                    }
                    self.bind(name);
                    if !future {
                        self.scope().imports.push((alias.range.start(), name));
                    }
                }
            }
            Stmt::Global(global) => {
                for name in &global.names {
                    self.scope().global.insert(name.as_str());
                    // Some function assigns it, or so it says.
                    self.scopes[0].bound.insert(name.as_str());
                }
            }
            Stmt::Nonlocal(_) => {}
            Stmt::Assign(assign) => {
                if self.scope().is_function {
                    for target in &assign.targets {
                        if let Expr::Name(name) = target {
                            self.scope().assigned.push((name.range.start(), name.id.as_str()));
                        }
                    }
                }
                visitor::walk_stmt(self, statement);
            }
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.scope().loads.push((name.range.start(), name.id.as_str()));
                }
                visitor::walk_stmt(self, statement);
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_annotation(&mut self, expr: &'a Expr) {
        // A quoted annotation names types in its text.
        if let Expr::StringLiteral(_) = expr {
            return;
        }
        visitor::walk_annotation(self, expr);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => {
                let (place, id) = (name.range.start(), name.id.as_str());
                match name.ctx {
                    ExprContext::Store => self.bind(id),
                    _ => {
                        if matches!(id, "locals" | "globals" | "vars" | "exec" | "eval") {
                            self.scope().reflects = true;
                        }
                        self.scope().loads.push((place, id));
                    }
                }
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    visitor::walk_parameters(self, parameters);
                }
                self.within(Scope::default(), |names| {
                    if let Some(parameters) = &lambda.parameters {
                        names.parameters(parameters);
                    }
                    names.visit_expr(&lambda.body);
                });
            }
            Expr::ListComp(comp) => self.comprehension(&comp.generators, &[&comp.elt]),
            Expr::SetComp(comp) => self.comprehension(&comp.generators, &[&comp.elt]),
            Expr::Generator(comp) => self.comprehension(&comp.generators, &[&comp.elt]),
            Expr::DictComp(comp) => {
                let parts: Vec<&Expr> = comp.key.as_deref().into_iter().chain([&*comp.value]).collect();
                self.comprehension(&comp.generators, &parts);
            }
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                if let Expr::Name(name) = &*named.target {
                    let here = self.current;
                    while self.scope().is_comprehension {
                        self.current = self.scope().parent;
                    }
                    self.bind(name.id.as_str());
                    self.current = here;
                }
            }
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name.as_str());
        }
        visitor::walk_except_handler(self, handler);
    }

    fn visit_type_param(&mut self, param: &'a TypeParam) {
        let name = match param {
            TypeParam::TypeVar(param) => &param.name,
            TypeParam::TypeVarTuple(param) => &param.name,
            TypeParam::ParamSpec(param) => &param.name,
        };
        self.bind(name.as_str());
        visitor::walk_type_param(self, param);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name.as_str());
        }
        visitor::walk_pattern(self, pattern);
    }
}

/// `dir(builtins)` of Python 3.8 to 3.14, and what every module has.
#[rustfmt::skip]
const BUILTINS: &[&str] = &[
    "ArithmeticError", "AssertionError", "AttributeError", "BaseException", "BaseExceptionGroup",
    "BlockingIOError", "BrokenPipeError", "BufferError", "BytesWarning", "ChildProcessError",
    "ConnectionAbortedError", "ConnectionError", "ConnectionRefusedError", "ConnectionResetError",
    "DeprecationWarning", "EOFError", "Ellipsis", "EncodingWarning", "EnvironmentError", "Exception",
    "ExceptionGroup", "False", "FileExistsError", "FileNotFoundError", "FloatingPointError",
    "FutureWarning", "GeneratorExit", "IOError", "ImportError", "ImportWarning", "IndentationError",
    "IndexError", "InterruptedError", "IsADirectoryError", "KeyError", "KeyboardInterrupt", "LookupError",
    "MemoryError", "ModuleNotFoundError", "NameError", "None", "NotADirectoryError", "NotImplemented",
    "NotImplementedError", "OSError", "OverflowError", "PendingDeprecationWarning", "PermissionError",
    "ProcessLookupError", "PythonFinalizationError", "RecursionError", "ReferenceError", "ResourceWarning",
    "RuntimeError", "RuntimeWarning", "StopAsyncIteration", "StopIteration", "SyntaxError",
    "SyntaxWarning", "SystemError", "SystemExit", "TabError", "TimeoutError", "True", "TypeError",
    "UnboundLocalError", "UnicodeDecodeError", "UnicodeEncodeError", "UnicodeError",
    "UnicodeTranslateError", "UnicodeWarning", "UserWarning", "ValueError", "Warning",
    "ZeroDivisionError", "__build_class__", "__debug__", "__doc__", "__import__", "__loader__",
    "__name__", "__package__", "__spec__", "__file__", "__builtins__", "__annotations__", "__class__", "__path__",
    "__module__", "__qualname__", "abs", "aiter", "all", "anext", "any", "ascii", "bin", "bool",
    "breakpoint", "bytearray", "bytes", "callable", "chr", "classmethod", "compile", "complex",
    "copyright", "credits", "delattr", "dict", "dir", "divmod", "enumerate", "eval", "exec", "exit",
    "filter", "float", "format", "frozenset", "getattr", "globals", "hasattr", "hash", "help", "hex",
    "id", "input", "int", "isinstance", "issubclass", "iter", "len", "license", "list", "locals", "map",
    "max", "memoryview", "min", "next", "object", "oct", "open", "ord", "pow", "print", "property",
    "quit", "range", "repr", "reversed", "round", "set", "setattr", "slice", "sorted", "staticmethod",
    "str", "sum", "super", "tuple", "type", "vars", "zip",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn undefined(source: &str) -> Vec<String> {
        let syntax = read(source);
        assert_eq!(syntax.error, None, "{source}");
        syntax.undefined.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn undefined_names_are_told_and_no_others() {
        for (source, expected) in [
            ("print(x)", &["x"][..]),
            ("x = 1\nprint(x)", &[]),
            ("def f(): return g()\ndef g(): return f()", &[]),
            ("def f():\n    y = 1\nprint(y)", &["y"]),
            ("class C:\n    a = 1\n    b = a\n    def f(self): return a", &["a"]),
            ("class C:\n    def f(self): return __class__, super().f()", &[]),
            ("[i for i in range(3) if i]\nprint(i)", &["i"]),
            ("[j for i in a for j in i]", &["a"]),
            ("if any((m := i) for i in range(3)): print(m)", &[]),
            ("lambda a, *b, c=d, **e: (a, b, c, e)", &["d"]),
            ("import os.path as p, sys\np, sys\nfrom math import *\nprint(sqrt(2))", &[]),
            ("def f():\n    global n\n    n = 1\nprint(n)", &[]),
            ("def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n    return g", &[]),
            ("try: pass\nexcept E as e: print(e)", &["E"]),
            ("with open('x') as (a, b): print(a, b)\nfor c, *d in []: print(c, d)", &[]),
            (
                "match 1:\n    case [a, *b]: print(a, b)\n    case {'k': c, **d}: print(c, d)\n    case C(): pass",
                &["C"],
            ),
            ("def f(x: 'List[int]') -> List[int]: pass", &["List"]),
            ("def f[T](x: T) -> T: return x\ntype A = int\nprint(A)", &[]),
            ("print(f'{x!r:{w}}')", &["w", "x"]),
            ("exec('x = 1')\nprint(x)", &[]),
            ("x += 1", &[]),
            ("del x", &["x"]),
            ("async def f():\n    async for a in b: await a", &["b"]),
            ("@dec\ndef f(): pass", &["dec"]),
        ] {
            let mut found = undefined(source);
            found.sort();
            assert_eq!(found, expected, "{source}");
        }
    }

    #[test]
    fn unused_names_are_told_and_scored() {
        let warnings = |source: &str| {
            let syntax = read(source);
            let lines = syntax.warnings.iter().map(|w| format!("{}: {}", w.line, w.message));
            (lines.collect::<Vec<_>>(), syntax.score())
        };
        assert_eq!(warnings("import os\nprint(1)"), (vec!["1: import `os` is never used".into()], 0.5));
        assert_eq!(
            warnings("def f():\n    x = 1\n    y = 2\n    return y").0,
            ["2: variable `x` is never used"]
        );
        for clean in [
            "import os\nprint(os)",
            "import os.path\nos.getcwd()",
            "from __future__ import annotations\nx = 1",
            "def f():\n    x = 1\n    return lambda: x",
            "def f():\n    x = 1\n    return locals()",
            "def f():\n    a, b = 1, 2\n    return a",
            "__all__ = ['os']\nimport os",
        ] {
            assert_eq!(warnings(clean), (vec![], 1.0), "{clean}");
        }
        let broken = read("def f(:");
        assert_eq!((broken.error.as_ref().unwrap().line, broken.score()), (1, 0.0));
        assert_eq!(read("x\n  y").error.unwrap().line, 2);
        assert!(read("a = b = c\nd").first().unwrap().message.contains("`c`"));
    }

    #[test]
    fn prose_that_parses_does_nothing() {
        for text in ["", "Yes", "42", "'x'", "a, b", "Answer: 42", "x == 2", "# hm", "[1, 2]", "math.pi"] {
            let syntax = read(text);
            assert!(syntax.is_python() && syntax.does_nothing, "{text}");
        }
        for text in ["print(1)", "x = 1", "import os", "def f(): pass", "pass", "a.b()"] {
            assert!(!read(text).does_nothing, "{text}");
        }
    }

    #[test]
    fn hostile_depth_is_read_or_left_unread() {
        for (text, times) in [
            ("(", 1_000_000),
            ("[", 300),
            ("not ", 300_000),
            ("-", 1900),
            ("-", 1_000_000),
            ("a+", 1900),
            ("a+", 500_000),
            ("a.", 1900),
            ("a.", 400_000),
            ("lambda:", 100_000),
            ("a if b else ", 600),
            ("a if b else ", 60_000),
            ("a[", 100_000),
            ("f()", 1),
            ("()()", 200_000),
            ("a**", 1900),
            ("{1:", 900),
            ("f'{", 300),
            ("f'{(", 3000),
            ("f'{(('", 3000),
            ("'\r(", 5000),
            ("await ", 100_000),
            ("x:=", 1000),
            ("\"", 999),
            ("if a:\n ", 3000),
            ("(\n", 5000),
            ("a\n+", 100_000),
            ("a+\\\n", 100_000),
            ("a,", 100_000),
            ("a=", 1900),
            ("@", 5000),
            ("if a: pass\nel", 5000),
            ("(a,", 1000),
            ("**a,", 9000),
            ("\u{0}", 10),
            ("try:\n", 1000),
            ("case ", 1000),
        ] {
            let source = text.repeat(times);
            let started = std::time::Instant::now();
            for source in
                [source.clone(), source.clone() + "1", format!("x = {source}1"), format!("f({source}1)")]
            {
                read(&source);
            }
            assert!(started.elapsed().as_secs() < 30, "{text} {times}");
        }
        read(&("f'{".to_owned() + &"(".repeat(100_000)));
        read(&("rf'{".to_owned() + &"-".repeat(7000) + "1}'"));
        read(&("f''".to_owned() + &"+-1".repeat(100_000)));
        let chain = "(a + ".repeat(400) + "a" + &")".repeat(400);
        assert!(read(&chain).error.is_none());
        let nested =
            (0..90).map(|level| " ".repeat(level) + "if a:\n").collect::<String>() + &" ".repeat(90) + "b";
        assert!(read(&nested).is_python());
        assert!(read(&"x".repeat(MAX_BYTES + 1)).unread);
        let flat: String = (0..20_000).map(|n| format!("x{n} = [{n}, 'a' + \"b\", f(1).g]\n")).collect();
        assert!(!read(&flat).unread);
    }

    proptest! {
        #[test]
        fn any_text_is_read(source in "[ \n\ta-c()\\[\\]{}:=+*'\"#.,@0-9\\\\]{0,80}|\\PC{0,40}") {
            let syntax = read(&source);
            prop_assert!((0.0..=1.0).contains(&syntax.score()));
        }
    }
}
