//! Boolean expressions: trees of `and`, `or`, `xor`, `implies` and `not`, read off digits, written
//! with names or values, and reduced part by part.
//!
//! It never decides how a chain goes on: it says what a part is worth.

use super::Digits;

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    And,
    Or,
    Xor,
    Implies,
}

pub(super) const OPS: [Op; 4] = [Op::And, Op::Or, Op::Xor, Op::Implies];

impl Op {
    pub(super) fn name(self) -> &'static str {
        match self {
            Op::And => "and",
            Op::Or => "or",
            Op::Xor => "xor",
            Op::Implies => "implies",
        }
    }

    pub(super) fn apply(self, left: bool, right: bool) -> bool {
        match self {
            Op::And => left && right,
            Op::Or => left || right,
            Op::Xor => left != right,
            Op::Implies => !left || right,
        }
    }

    pub(super) fn rule(self) -> &'static str {
        match self {
            Op::And => "\"and\" is true only if both sides are true",
            Op::Or => "\"or\" is false only if both sides are false",
            Op::Xor => "\"xor\" is true only if exactly one side is true",
            Op::Implies => "\"implies\" is false only if the left side is true and the right side is false",
        }
    }
}

/// An expression; never deeper than four.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Variable(usize),
    Value(bool),
    Not(Box<Node>),
    Pair(Op, Box<Node>, Box<Node>),
}

impl Node {
    pub(super) fn not_if(self, negate: bool) -> Self {
        if negate { Node::Not(Box::new(self)) } else { self }
    }

    pub(super) fn value(&self, values: &[bool]) -> bool {
        match self {
            Node::Variable(variable) => values[*variable],
            Node::Value(value) => *value,
            Node::Not(inner) => !inner.value(values),
            Node::Pair(op, left, right) => op.apply(left.value(values), right.value(values)),
        }
    }

    /// The expression with brackets around pairs inside it.
    pub(super) fn text(&self, names: &[&str]) -> String {
        match self {
            Node::Pair(op, left, right) => {
                format!("{} {} {}", left.part(names), op.name(), right.part(names))
            }
            _ => self.part(names),
        }
    }

    /// The expression as a part of another one.
    pub(super) fn part(&self, names: &[&str]) -> String {
        match self {
            Node::Variable(variable) => names[*variable].to_owned(),
            Node::Value(value) => value.to_string(),
            Node::Not(inner) => format!("not {}", inner.part(names)),
            Node::Pair(..) => format!("({})", self.text(names)),
        }
    }

    /// The expression with values in place of the pairs inside it.
    pub(super) fn known(&self, values: &[bool]) -> Node {
        match self {
            Node::Pair(..) => Node::Value(self.value(values)),
            Node::Not(inner) => Node::Not(Box::new(inner.known(values))),
            _ => self.clone(),
        }
    }

    /// The expression with values in place of variables.
    pub(super) fn filled(&self, values: &[bool]) -> Node {
        match self {
            Node::Variable(variable) => Node::Value(values[*variable]),
            Node::Value(value) => Node::Value(*value),
            Node::Not(inner) => Node::Not(Box::new(inner.filled(values))),
            Node::Pair(op, left, right) => {
                Node::Pair(*op, Box::new(left.filled(values)), Box::new(right.filled(values)))
            }
        }
    }

    /// Replaces the first part whose operands are plain values by its value, and says which.
    pub(super) fn reduce(&mut self) -> Option<String> {
        let inner = match self {
            Node::Variable(_) | Node::Value(_) => return None,
            Node::Not(inner) => inner.reduce(),
            Node::Pair(_, left, right) => left.reduce().or_else(|| right.reduce()),
        };
        inner.or_else(|| {
            let value = self.value(&[]);
            let step = format!("{} is {value}", self.text(&[]));
            *self = Node::Value(value);
            Some(step)
        })
    }

    /// The pairs of the expression, inner ones first.
    pub(super) fn pairs<'a>(&'a self, out: &mut Vec<&'a Node>) {
        match self {
            Node::Variable(_) | Node::Value(_) => {}
            Node::Not(inner) => inner.pairs(out),
            Node::Pair(_, left, right) => {
                left.pairs(out);
                right.pairs(out);
                out.push(self);
            }
        }
    }
}

/// Reads one expression: which variables, which bracketing, operators and negations.
pub(super) fn expression(
    variables: usize,
    leaves: usize,
    ops: u64,
    groups: bool,
    digits: &mut Digits,
) -> Node {
    let order = digits.arrangement(variables, leaves);
    let leaf: Vec<Node> = order.into_iter().map(|i| Node::Variable(i).not_if(digits.below(2) == 1)).collect();
    let op: Vec<Op> = (1..leaves).map(|_| OPS[digits.below(ops) as usize]).collect();
    let negated = [(); 2].map(|()| groups && digits.below(2) == 1);
    let shape = digits.below(if leaves == 3 { 2 } else { 5 });
    let pair = |op: Op, left: Node, right: Node| Node::Pair(op, Box::new(left), Box::new(right));
    let (a, b, c) = (leaf[0].clone(), leaf[1].clone(), leaf[2].clone());
    let Some(d) = leaf.get(3).cloned() else {
        return match shape {
            0 => pair(op[1], pair(op[0], a, b), c),
            _ => pair(op[0], a, pair(op[1], b, c)),
        };
    };
    match shape {
        0 => pair(op[1], pair(op[0], a, b).not_if(negated[0]), pair(op[2], c, d).not_if(negated[1])),
        1 => pair(op[2], pair(op[1], pair(op[0], a, b).not_if(negated[0]), c).not_if(negated[1]), d),
        2 => pair(op[2], pair(op[0], a, pair(op[1], b, c).not_if(negated[0])).not_if(negated[1]), d),
        3 => pair(op[0], a, pair(op[2], pair(op[1], b, c).not_if(negated[0]), d).not_if(negated[1])),
        _ => pair(op[0], a, pair(op[1], b, pair(op[2], c, d).not_if(negated[0])).not_if(negated[1])),
    }
}
