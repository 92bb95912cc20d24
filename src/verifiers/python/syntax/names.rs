//! Which name means what. In: a syntax tree. Out: names that nothing binds, bindings that nothing uses,
//! and what the top level binds. Never: a regard to order: a name that is bound anywhere in a scope counts
//! as bound in all of it, by the language's rules of scope.

use std::collections::{BTreeSet, HashMap, HashSet};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Comprehension, ExceptHandler, Expr, ExprContext, Parameters, Pattern, Stmt, TypeParam,
};
use ruff_text_size::TextSize;

use super::builtins::BUILTINS;

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

/// The names of a program.
pub(super) struct Names<'a> {
    scopes: Vec<Scope<'a>>,
    current: usize,
    /// Statements seen, those within others included.
    pub(super) statements: usize,
}

/// Where a binding is, its name, and what it binds.
type Unused<'a> = (TextSize, &'a str, &'static str);

impl<'a> Names<'a> {
    /// The names of a program, or of a part of one.
    pub(super) fn of(body: &'a [Stmt]) -> Self {
        let mut names = Self { scopes: vec![Scope::default()], current: 0, statements: 0 };
        names.visit_body(body);
        names
    }

    /// Names bound at the top level.
    pub(super) fn defined(&self) -> BTreeSet<String> {
        self.scopes[0].bound.iter().map(|&name| name.to_owned()).collect()
    }

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
    pub(super) fn resolved(&self) -> (Vec<(TextSize, &'a str)>, Vec<Unused<'a>>) {
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

/// The names that `target = value` binds one by one: what unpacks some other value takes what there is,
/// and need not use all of it.
fn assigned<'a>(target: &'a Expr, value: &Expr) -> Vec<&'a ruff_python_ast::ExprName> {
    let one = |target: &'a Expr| match target {
        Expr::Name(name) => Some(name),
        _ => None,
    };
    let parts = match (target, value) {
        (Expr::Tuple(targets), Expr::Tuple(_) | Expr::List(_)) => &targets.elts[..],
        (Expr::List(targets), Expr::Tuple(_) | Expr::List(_)) => &targets.elts[..],
        _ => std::slice::from_ref(target),
    };
    parts.iter().filter_map(one).collect()
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
                        for name in assigned(target, &assign.value) {
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
            self.scope().assigned.push((name.range.start(), name.as_str()));
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
