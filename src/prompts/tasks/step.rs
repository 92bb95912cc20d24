//! One step of a program: values, operations in English and in Python, and the tables of a family's
//! operations. In: a digit of a problem's index. Out: a step with its wording, its Python expression and
//! what it makes of a value, computed in Rust; Python is never run here.

use super::Digits;

/// A value that a program takes, passes on or returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A list of integers.
    List(Vec<i64>),
    /// A list of strings.
    Words(Vec<String>),
    /// A string.
    Text(String),
    /// An integer.
    Int(i64),
    /// A truth value.
    Bool(bool),
}

impl Value {
    /// The value as a JSON value, for a unit test.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Value::List(items) => items.as_slice().into(),
            Value::Words(words) => words.as_slice().into(),
            Value::Text(text) => text.as_str().into(),
            Value::Int(number) => (*number).into(),
            Value::Bool(truth) => (*truth).into(),
        }
    }

    /// The value as Python source. Strings hold printable ASCII without quotes and backslashes.
    pub fn python(&self) -> String {
        match self {
            Value::List(items) => {
                format!("[{}]", items.iter().map(i64::to_string).collect::<Vec<_>>().join(", "))
            }
            Value::Words(words) => {
                format!("[{}]", words.iter().map(|w| format!("\"{w}\"")).collect::<Vec<_>>().join(", "))
            }
            Value::Text(text) => format!("\"{text}\""),
            Value::Int(number) => number.to_string(),
            Value::Bool(truth) => if *truth { "True" } else { "False" }.to_owned(),
        }
    }
}

/// What a step does; the family's own list of operations.
pub trait Operation: Copy + 'static {
    /// The constant as it stands in texts and code in place of `{k}`.
    fn constant(self, k: i64) -> String {
        k.to_string()
    }
    /// What the operation makes of `value`.
    fn apply(self, k: i64, value: &Value) -> Value;
    /// The small computations that lead from `value` to the result, or nothing where none are needed.
    fn trace(self, k: i64, value: &Value) -> String;
}

/// An operation in English and in Python. `{k}` stands for the constant, `{v}` for the variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<O: 'static> {
    /// What it does.
    pub operation: O,
    /// The least constant; 0 where there is none.
    pub low: i64,
    /// The greatest constant; where there is none, the number chooses the wording, so that no two
    /// numbers give the same problem.
    pub high: i64,
    /// Imperatives without a full stop, each used by this operation alone.
    pub wordings: &'static [&'static str],
    /// The expression.
    pub code: &'static str,
    /// A plausible wrong expression.
    pub wrong: &'static str,
    /// What is wrong with it, as the end of "`wrong` ...".
    pub why: &'static str,
}

/// An operation with a constant in `low..=high`.
pub const fn with<O: Copy>(
    operation: O,
    (low, high): (i64, i64),
    wordings: &'static [&'static str],
    [code, wrong, why]: [&'static str; 3],
) -> Row<O> {
    Row { operation, low, high, wordings, code, wrong, why }
}

/// An operation without a constant.
pub const fn plain<O: Copy>(
    operation: O,
    wordings: &'static [&'static str],
    [code, wrong, why]: [&'static str; 3],
) -> Row<O> {
    Row { operation, low: 0, high: wordings.len() as i64 - 1, wordings, code, wrong, why }
}

/// One step of a program, from one value to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<O: 'static> {
    /// The operation.
    pub row: &'static Row<O>,
    /// Its constant, or the wording where it has none.
    pub k: i64,
}

impl<O: Operation> Step<O> {
    /// A step read off one digit that runs over every pair of row and number in `tables`.
    pub fn read(tables: &[&'static [Row<O>]], digits: &mut Digits) -> Self {
        let rows = || tables.iter().flat_map(|table| table.iter());
        let width = |row: &Row<O>| (row.high - row.low + 1) as u64;
        let mut left = digits.below(rows().map(width).sum());
        for row in rows() {
            if left < width(row) {
                return Self { row, k: row.low + left as i64 };
            }
            left -= width(row);
        }
        Self { row: &tables[0][0], k: tables[0][0].low }
    }

    /// The step as an imperative. `flavour` chooses among wordings where the constant does not.
    pub fn phrase(&self, flavour: u64) -> String {
        let wordings = self.row.wordings;
        let constant = wordings[0].contains("{k}");
        let choice = if constant { flavour } else { (self.k - self.row.low) as u64 };
        self.fill(wordings[(choice % wordings.len() as u64) as usize], "")
    }

    /// The Python expression that does it to the variable `v`.
    pub fn code(&self, v: &str) -> String {
        self.fill(self.row.code, v)
    }

    /// A wrong expression, and what is wrong with it.
    pub fn slip(&self, v: &str) -> (String, String) {
        (self.fill(self.row.wrong, v), self.fill(self.row.why, v))
    }

    fn fill(&self, pattern: &str, v: &str) -> String {
        pattern.replace("{v}", v).replace("{k}", &self.row.operation.constant(self.k))
    }

    /// What the step makes of `value`.
    pub fn apply(&self, value: &Value) -> Value {
        self.row.operation.apply(self.k, value)
    }

    /// The small computations of the step on `value`, or nothing.
    pub fn trace(&self, value: &Value) -> String {
        self.row.operation.trace(self.k, value)
    }
}
