//! Truth values of three boolean expressions: their list, or how many of them are true. In: variables
//! with values and three trees of `and`, `or`, `xor`, `implies` and `not`. The chain evaluates each
//! part by part, then checks by putting in the values and reducing.

mod expression;
mod facts;

use std::fmt::Write as _;

use super::{Chain, Digits, Family, Posed, text};
use crate::rng::Rng;
use expression::{Node, expression};

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    difficulty: u32,
    names: &'static [&'static str; 4],
    values: Vec<bool>,
    expressions: Vec<Node>,
    counted: bool,
}

/// Names of variables.
const NAMES: &[&[&str; 4]] = &[
    &["p", "q", "r", "s"],
    &["x", "y", "z", "w"],
    &["k", "m", "n", "t"],
    &["u", "v", "w", "z"],
    &["hot", "wet", "new", "big"],
    &["red", "old", "fast", "loud"],
    &["sun", "rain", "wind", "snow"],
    &["tea", "milk", "egg", "salt"],
];

/// Labels of the expressions.
const LABELS: [&str; 3] = ["A", "B", "C"];

/// Boolean expressions.
pub struct Boolean;

impl Family for Boolean {
    const NAME: &'static str = "boolean";
    const DOMAIN: &'static str = "logic";
    type Params = Params;

    fn params(difficulty: u32, digits: &mut Digits) -> Params {
        // Variables, leaves and operators; names are few at level 4 to stay below 2^63.
        let (variables, leaves, ops, names) = match difficulty {
            1 => (3, 3, 2, NAMES.len()),
            2 => (4, 3, 3, NAMES.len()),
            3 => (4, 4, 4, NAMES.len()),
            _ => (4, 4, 4, 2),
        };
        let names = NAMES[digits.below(names as u64) as usize];
        let values = (0..variables).map(|_| digits.below(2) == 1).collect();
        let expressions = LABELS.iter().map(|_| expression(variables, leaves, ops, difficulty > 3, digits));
        let expressions = expressions.collect();
        Params { difficulty, names, values, expressions, counted: digits.below(2) == 1 }
    }

    fn pose(params: &Params, words: &mut Rng) -> Posed {
        let names = params.names;
        let template = words.below(6);
        let is = if template == 0 { "=" } else { words.pick(&["is", "="]) };
        let given = params.values.iter().enumerate().map(|(i, value)| format!("{} {is} {value}", names[i]));
        let given = given.collect::<Vec<_>>().join(", ");
        let listed = params
            .expressions
            .iter()
            .zip(LABELS)
            .map(|(node, label)| format!("{label}: {}", node.text(names)));
        let listed = listed.collect::<Vec<_>>().join("; ");
        let note = match params.difficulty {
            1 => "",
            2 => " (xor: exactly one side is true.)",
            _ => " (xor: exactly one side is true; implies: false only for true implies false.)",
        };
        let ask = match (params.counted, words.below(3)) {
            (true, 0) => "How many of A, B and C are true? Give the number in \\boxed{}.",
            (true, 1) => "Count the true ones among A, B and C and put the number in \\boxed{}.",
            (true, _) => "What is the number of true expressions? Answer in \\boxed{}.",
            (false, 0) => {
                "Give the values of A, B and C in this order as true or false, separated by commas, in \\boxed{}."
            }
            (false, 1) => {
                "What are A, B and C? Put the three values, true or false, comma-separated in this order, in \\boxed{}."
            }
            (false, _) => {
                "Evaluate A, B and C. Answer with true or false for each, comma-separated and in order, in \\boxed{}."
            }
        };
        let problem = match template {
            0 => format!("Let {given}. Look at these expressions: {listed}.{note} {ask}"),
            1 => format!("We know that {given}. There are three expressions. {listed}.{note} {ask}"),
            2 => {
                format!("Three boolean expressions are given. {listed}.{note} The values are: {given}. {ask}")
            }
            3 => format!("Suppose {given}. Consider {listed}.{note} {ask}"),
            4 => format!("In a small program {given}. Three conditions are tested. {listed}.{note} {ask}"),
            _ => format!("Take these truth values: {given}. The expressions are {listed}.{note} {ask}"),
        };
        Posed::with_answer(problem, params.answer())
    }

    fn expert(params: &Params, rng: &mut Rng) -> Chain {
        let (names, count) = (params.names, params.expressions.len());
        let given = params.values.iter().enumerate().map(|(i, value)| format!("{} is {value}", names[i]));
        let given = given.collect::<Vec<_>>().join(", ");
        let mut out = match rng.below(5) {
            0 => format!("The values are: {given}."),
            1 => format!("I know that {given}."),
            2 => format!("Let me write down what is given: {given}."),
            3 => format!("Okay, {given}."),
            _ => format!("First the truth values: {given}."),
        };
        out.push_str(rng.pick(&[
            " I evaluate each expression from the inside out.\n",
            " I go through the expressions one by one.\n",
            " Now I work out A, B and C, brackets first.\n",
        ]));
        // Two short expressions or a long one are checked; an error waits for the check only where one comes.
        let at = rng.below(count as u64) as usize;
        let checks = |i: &usize| if params.difficulty > 2 { *i == at } else { *i != (at + 1) % count };
        let checked: Vec<usize> = (0..count).filter(checks).collect();
        let (now, late) = match rng.below(100) {
            0..18 => (Some(at), None),
            18..32 => (None, Some(at)),
            _ => (None, None),
        };
        for i in 0..count {
            params.parts(i, now == Some(i), late == Some(i), rng, &mut out);
        }
        let _ = write!(out, "\n{}", text::check(rng));
        out.push_str(rng.pick(&[
            " I put the values in and reduce.\n",
            " This time I replace the names by their values first.\n",
            " I do it again with the values put in.\n",
        ]));
        for i in checked {
            params.reduction(i, late == Some(i), rng, &mut out);
        }
        let values = params.results();
        let list = LABELS.iter().zip(&values).map(|(label, value)| format!("{label} is {value}"));
        let list = list.collect::<Vec<_>>().join(", ");
        let _ = match rng.below(4) {
            0 => write!(out, "\nSo {list}."),
            1 => write!(out, "\nIn the end {list}."),
            2 => write!(out, "\nAltogether: {list}."),
            _ => write!(out, "\nNow I have all of them: {list}."),
        };
        if params.counted {
            let mut so_far = 0;
            let tally = LABELS.iter().zip(&values).map(|(label, &value)| {
                so_far += u32::from(value);
                format!("after {label} {so_far}")
            });
            let tally = tally.collect::<Vec<_>>().join(", ");
            let _ = write!(out, " Counting the true ones: {tally}.");
        }
        let answer = params.answer();
        let solution = match (params.counted, rng.below(4)) {
            (true, 0) => format!("Here {list}. The number of true expressions is \\boxed{{{answer}}}."),
            (true, 1) => format!("With the given values {list}, so the count is \\boxed{{{answer}}}."),
            (true, 2) => format!("Since {list}, the answer is \\boxed{{{answer}}}."),
            (true, _) => format!("True expressions: \\boxed{{{answer}}}, because {list}."),
            (false, 0) => format!("With the given values {list}: \\boxed{{{answer}}}"),
            (false, 1) => format!("The values of A, B and C are \\boxed{{{answer}}}."),
            (false, 2) => format!("Evaluating from the inside out gives \\boxed{{{answer}}}."),
            (false, _) => format!("Here {list}. The answer is \\boxed{{{answer}}}."),
        };
        Chain { reasoning: out, solution }
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        facts::fact(difficulty, rng)
    }
}

impl Params {
    fn results(&self) -> Vec<bool> {
        self.expressions.iter().map(|node| node.value(&self.values)).collect()
    }

    fn answer(&self) -> String {
        let values = self.results();
        if self.counted {
            values.iter().filter(|&&value| value).count().to_string()
        } else {
            values.iter().map(bool::to_string).collect::<Vec<_>>().join(", ")
        }
    }

    /// Evaluates expression `i` part by part. `now`: errs in one part and sees it at once; `late`: ends
    /// with the wrong value, which only the check shows.
    fn parts(&self, i: usize, now: bool, late: bool, rng: &mut Rng, out: &mut String) {
        let node = &self.expressions[i];
        let _ = writeln!(out, "\n{}: {}.", LABELS[i], node.text(self.names));
        let mut pairs = Vec::new();
        node.pairs(&mut pairs);
        let slip = rng.below(pairs.len() as u64) as usize;
        let style = rng.below(4);
        for (j, pair) in pairs.iter().enumerate() {
            let Node::Pair(op, left, right) = pair else { continue };
            let (x, y) = (left.value(&self.values), right.value(&self.values));
            let value = op.apply(x, y);
            // Inner pairs are known by now: their values stand in their place.
            let known =
                Node::Pair(*op, Box::new(left.known(&self.values)), Box::new(right.known(&self.values)));
            let (shown, filled) = (known.text(self.names), known.filled(&self.values).text(&[]));
            let step = format!("{x} {} {y}", op.name());
            // Where nothing is left to put in, the step stands alone.
            let lead = if shown == step { "" } else { shown.as_str() };
            let _ = match style {
                _ if lead.is_empty() => Ok(()),
                0 => write!(out, "{lead}: "),
                1 => write!(out, "For {lead}: "),
                2 => write!(out, "Now {lead}: "),
                _ => write!(out, "{lead} gives "),
            };
            if filled != step {
                let _ = write!(out, "{filled} = ");
            }
            let said = if late && j + 1 == pairs.len() { !value } else { value };
            let _ = match now && j == slip {
                true => writeln!(
                    out,
                    "{step} = {}. {} Here {}. So {step} = {value}.",
                    !value,
                    text::wait(rng),
                    op.rule()
                ),
                false => writeln!(out, "{step} = {said}."),
            };
        }
        let said = node.value(&self.values) != late;
        let _ = match rng.below(3) {
            0 => writeln!(out, "So {} is {said}.", LABELS[i]),
            1 => writeln!(out, "That makes {} {said}.", LABELS[i]),
            _ => writeln!(out, "Hence {} = {said}.", LABELS[i]),
        };
    }

    /// Checks expression `i` by reducing it with the values put in; corrects the value if `wrong`.
    fn reduction(&self, i: usize, wrong: bool, rng: &mut Rng, out: &mut String) {
        let mut node = self.expressions[i].filled(&self.values);
        let value = node.value(&[]);
        let _ = write!(out, "{}: {}.", LABELS[i], node.text(&[]));
        while let Some(step) = node.reduce() {
            match node {
                Node::Value(_) => {
                    let _ = write!(out, " {}.", step);
                }
                _ => {
                    let _ = write!(out, " {}: {}.", step, node.text(&[]));
                }
            }
        }
        let label = LABELS[i];
        if wrong {
            let rule = match &self.expressions[i] {
                Node::Pair(op, ..) => op.rule(),
                _ => "",
            };
            let _ = write!(out, " {} Before I had {label} = {}.", text::wait(rng), !value);
            let _ = writeln!(out, " The last step was wrong there: {rule}. So {label} is {value}.");
        } else {
            let _ = writeln!(out, " {}", text::agrees(rng));
        }
    }
}

#[cfg(test)]
mod tests {

    use super::super::Entry;
    use super::super::space::permuted;
    use super::*;

    /// Evaluates the text of an expression, independently of the trees: substitutes values, then
    /// rewrites `not v`, `v op v` inside brackets until one value is left.
    fn evaluate(text: &str) -> bool {
        let mut text = format!("({text})");
        while let Some(close) = text.find(')') {
            let open = text[..close].rfind('(').unwrap();
            let mut tokens: Vec<String> = text[open + 1..close].split(' ').map(str::to_owned).collect();
            while let Some(at) = tokens.iter().rposition(|token| token == "not") {
                let value = tokens.remove(at + 1) != "true";
                tokens[at] = value.to_string();
            }
            let value = match tokens.as_slice() {
                [x] => x == "true",
                [x, op, y] => {
                    let (x, y) = (x == "true", y == "true");
                    match op.as_str() {
                        "and" => x & y,
                        "or" => x | y,
                        "xor" => x ^ y,
                        "implies" => x <= y,
                        other => panic!("{other}"),
                    }
                }
                other => panic!("{other:?}"),
            };
            text.replace_range(open..=close, &value.to_string());
        }
        text == "true"
    }

    #[test]
    fn answers_from_the_problem_text() {
        let entry = Entry::of::<Boolean>();
        for (difficulty, seed) in (1..=4).flat_map(|d| (0..2_000).map(move |seed| (d, seed))) {
            let index = permuted(seed, entry.count(difficulty), 9);
            let prompt = entry.prompt(difficulty, index);
            let problem = &prompt.problem;
            let words: Vec<&str> =
                problem.split([' ', ',', '.', ';', ':']).filter(|w| !w.is_empty()).collect();
            let mut values = Vec::new();
            for triple in words.windows(3).filter(|t| ["is", "="].contains(&t[1])) {
                if ["true", "false"].contains(&triple[2]) && triple[0] != "side" {
                    values.push((triple[0], triple[2]));
                }
            }
            let mut results = Vec::new();
            for label in LABELS {
                let start = problem.find(&format!("{label}: ")).unwrap() + 3;
                let rest = &problem[start..];
                let expression = &rest[..rest.find([';', '.']).unwrap()];
                let filled = expression.split(' ').map(|token| {
                    let bare = token.trim_matches(['(', ')']);
                    match values.iter().find(|(name, _)| *name == bare) {
                        Some((_, value)) => token.replace(bare, value),
                        None => token.to_owned(),
                    }
                });
                results.push(evaluate(&filled.collect::<Vec<_>>().join(" ")));
            }
            let list = results.iter().map(bool::to_string).collect::<Vec<_>>().join(", ");
            let count = results.iter().filter(|&&value| value).count().to_string();
            let answer = prompt.answer.unwrap();
            assert!(answer == list || answer == count, "{problem}\n{answer}");
            let chain = entry.expert(difficulty, index, seed);
            assert!(chain.solution.contains(&format!("\\boxed{{{answer}}}")), "{}", chain.solution);
        }
    }

    #[test]
    fn counts_texts_and_chains() {
        let counts = [7_247_757_312, 10_567_230_160_896, 474_989_023_199_232_000, 7_599_824_371_187_712_000];
        crate::prompts::tasks::trial::counts_texts_and_chains::<Boolean>(counts, 80..=420);
    }
}
