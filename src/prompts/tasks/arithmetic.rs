//! Written-out arithmetic that a tiny language model can imitate.
//!
//! In come two integers, out comes a [`Working`]: small equations, each with its operands just
//! before it in the text, that lead to the result by place value. It never takes a step that needs
//! more than one digit of one operand at a time, the times table to 12 * 12 aside, and it decides
//! nothing about sentences around it: a said working begins with its expression and has no final
//! full stop.
//!
//! Operands are meant to stay below 10^9 in size; beyond, results saturate.

use crate::prompts::tasks::text::wait;
use crate::rng::Rng;

/// One small equation: `586 + 40 = 626`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The left side, e.g. `586 + 40`.
    pub expr: String,
    /// The right side.
    pub value: i64,
}

/// A computation, written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Working {
    /// The expression, e.g. `386 + 247` or `5 - (-3)`.
    pub head: String,
    /// The same with positive operands where `head` has signs, e.g. `-(58 - 23)`.
    pub rewritten: Option<String>,
    /// The equations that lead to the value; one equation if `head` is small.
    pub steps: Vec<Step>,
    /// The value; the quotient for a division.
    pub value: i64,
    /// What a division leaves, else 0.
    pub remainder: i64,
}

impl Working {
    /// The right side: `633`, or `47 remainder 5`.
    pub fn result(&self) -> String {
        if self.remainder == 0 {
            self.value.to_string()
        } else {
            format!("{} remainder {}", self.value, self.remainder)
        }
    }

    /// The equation without its steps: `386 + 247 = 633`.
    pub fn short(&self) -> String {
        format!("{} = {}", self.head, self.result())
    }

    /// True if it needs no steps: what is said is [`short`](Self::short).
    pub fn is_direct(&self) -> bool {
        self.rewritten.is_none()
            && self.remainder == 0
            && self.steps.iter().all(|s| self.steps.len() == 1 && s.expr == self.head)
    }

    /// The computation in words, e.g. `386 + 247: 386 + 200 = 586, 586 + 40 = 626, 626 + 7 = 633`.
    /// Begins with the expression, ends with the result, no full stop.
    pub fn say(&self, rng: &mut Rng) -> String {
        self.tell(None, rng)
    }

    /// Like [`say`](Self::say), with one wrong equation that is noticed at once and redone:
    /// `586 + 40 = 616. Wait, that is not right. 586 + 40 = 626, ...`.
    pub fn say_with_slip(&self, rng: &mut Rng) -> String {
        let at = rng.below(self.steps.len() as u64) as usize;
        self.tell(Some(at), rng)
    }

    fn tell(&self, slip_at: Option<usize>, rng: &mut Rng) -> String {
        let said = |i: usize, step: &Step, rng: &mut Rng| match slip_at {
            Some(at) if at == i => redone(&step.expr, step.value, rng),
            _ => format!("{} = {}", step.expr, step.value),
        };
        if self.is_direct() {
            return match self.steps.first() {
                Some(step) => said(0, step, rng),
                None => self.short(),
            };
        }
        let between = rng.pick(&[", ", ", ", ", then ", "; "]);
        let mut out = self.head.clone();
        if let Some(rewritten) = &self.rewritten {
            out += &format!(" = {rewritten}");
        }
        out.push(':');
        for (i, step) in self.steps.iter().enumerate() {
            out += if i == 0 { " " } else { between };
            out += &said(i, step, rng);
        }
        let shown = self.steps.last().is_some_and(|s| s.value == self.value && self.remainder == 0);
        if shown && self.rewritten.is_none() && rng.chance(0.5) {
            return out;
        }
        let close = rng.pick(&[", so ", ", which gives ", ", and so ", ". So "]);
        format!("{out}{close}{}", self.short())
    }
}

/// `expr = wrong`, then the remark that it is wrong, then `expr = value`. No full stop at the end.
pub fn redone(expr: &str, value: i64, rng: &mut Rng) -> String {
    let wrong = slip(value, rng);
    match rng.below(4) {
        0 => format!("{expr} = {wrong}. Wait, {expr} is not {wrong}: {expr} = {value}"),
        1 => format!("{expr} = {wrong}. Hmm, wait, I made a slip there: {expr} = {value}"),
        2 => format!("{expr} = {wrong}. Wait, not {wrong}. {expr} = {value}"),
        _ => format!("{expr} = {wrong}. {} {expr} = {value}", wait(rng)),
    }
}

/// A plausible wrong value near `value`: one digit off by one. Has the sign of `value`; never equals it.
pub fn slip(value: i64, rng: &mut Rng) -> i64 {
    let size = value.saturating_abs();
    let places = if size >= 1000 { 3 } else { size.max(1).ilog10() as u64 + 1 };
    let unit = 10i64.pow(rng.below(places) as u32);
    let down = rng.chance(0.5) && size > unit;
    let wrong = if down { size - unit } else { size.saturating_add(unit) };
    if value < 0 { -wrong } else { wrong }
}

/// The number as an operand that is not the first: `(-3)` where negative.
pub fn operand(x: i64) -> String {
    if x < 0 { format!("({x})") } else { x.to_string() }
}

/// `a + b`.
pub fn add(a: i64, b: i64) -> Working {
    let (p, q) = (a.saturating_abs(), b.saturating_abs());
    let (rewritten, steps) = match (a < 0, b < 0) {
        (false, false) => (None, sum_steps(a, b)),
        (true, true) => (Some(format!("-({p} + {q})")), sum_steps(p, q)),
        // One is negative: the difference of the sizes, with the sign of the larger.
        (false, true) if p >= q => (Some(format!("{p} - {q}")), difference_steps(p, q)),
        (false, true) => (Some(format!("-({q} - {p})")), difference_steps(q, p)),
        (true, false) if q >= p => (Some(format!("{q} - {p}")), difference_steps(q, p)),
        (true, false) => (Some(format!("-({p} - {q})")), difference_steps(p, q)),
    };
    working(format!("{a} + {}", operand(b)), rewritten, steps, a.saturating_add(b))
}

/// `a - b`.
pub fn sub(a: i64, b: i64) -> Working {
    let (p, q) = (a.saturating_abs(), b.saturating_abs());
    let (rewritten, steps) = match (a < 0, b < 0) {
        (false, false) if a >= b => (None, difference_steps(a, b)),
        (false, false) => (Some(format!("-({q} - {p})")), difference_steps(q, p)),
        (false, true) => (Some(format!("{p} + {q}")), sum_steps(p, q)),
        (true, false) => (Some(format!("-({p} + {q})")), sum_steps(p, q)),
        (true, true) if q >= p => (Some(format!("{q} - {p}")), difference_steps(q, p)),
        (true, true) => (Some(format!("-({p} - {q})")), difference_steps(p, q)),
    };
    working(format!("{a} - {}", operand(b)), rewritten, steps, a.saturating_sub(b))
}

/// `a * b`.
pub fn mul(a: i64, b: i64) -> Working {
    let (p, q) = (a.saturating_abs(), b.saturating_abs());
    let rewritten = match (a < 0, b < 0) {
        (false, false) => None,
        (true, true) => Some(format!("{p} * {q}")),
        _ => Some(format!("-({p} * {q})")),
    };
    working(format!("{a} * {}", operand(b)), rewritten, product_steps(p, q), a.saturating_mul(b))
}

/// `a / b` with remainder, for `a >= 0` and `b >= 1` (sizes are taken, and 1 for a zero `b`).
pub fn div_rem(a: i64, b: i64) -> Working {
    let (a, b) = (a.saturating_abs(), b.saturating_abs().max(1));
    let (steps, value, remainder) = quotient_steps(a, b);
    Working { remainder, ..working(format!("{a} / {b}"), None, steps, value) }
}

/// `a / b` where `b` divides `a`, any signs. (Where it does not, the quotient towards zero.)
pub fn div_exact(a: i64, b: i64) -> Working {
    let (p, q) = (a.saturating_abs(), b.saturating_abs().max(1));
    let rewritten = match (a < 0, b < 0) {
        (false, false) => None,
        (true, true) => Some(format!("{p} / {q}")),
        _ => Some(format!("-({p} / {q})")),
    };
    let (steps, value, _) = quotient_steps(p, q);
    let value = if (a < 0) != (b < 0) { -value } else { value };
    working(format!("{a} / {}", operand(b)), rewritten, steps, value)
}

fn working(head: String, rewritten: Option<String>, steps: Vec<Step>, value: i64) -> Working {
    Working { head, rewritten, steps, value, remainder: 0 }
}

fn step(a: i64, sign: char, b: i64, value: i64) -> Step {
    Step { expr: format!("{a} {sign} {b}"), value }
}

/// The place values of `n >= 0` that are not zero, largest first: 407 is 400 and 7.
pub fn place_values(n: i64) -> Vec<i64> {
    let (mut rest, mut unit, mut parts) = (n.max(0), 1i64, Vec::new());
    while rest > 0 {
        if rest % 10 > 0 {
            parts.push(rest % 10 * unit);
        }
        rest /= 10;
        unit = unit.saturating_mul(10);
    }
    parts.reverse();
    parts
}

/// True for 0, 7, 40, 300: one digit that is not zero at most.
fn is_round(n: i64) -> bool {
    place_values(n).len() <= 1
}

fn sum_steps(a: i64, b: i64) -> Vec<Step> {
    // 1200 + 34: the digits do not meet.
    let apart = |x: i64, y: i64| x % 10i64.pow(y.max(1).ilog10() + 1) == 0;
    if is_round(a) || is_round(b) || (a <= 20 && b <= 20) || apart(a, b) || apart(b, a) {
        return vec![step(a, '+', b, a.saturating_add(b))];
    }
    let (mut total, parts) = if place_values(b).len() <= place_values(a).len() {
        (a, place_values(b))
    } else {
        (b, place_values(a))
    };
    let mut steps = Vec::with_capacity(parts.len());
    for part in parts {
        let next = total.saturating_add(part);
        steps.push(step(total, '+', part, next));
        total = next;
    }
    steps
}

/// `a - b` for `a >= b >= 0`.
fn difference_steps(a: i64, b: i64) -> Vec<Step> {
    let close = a < 200 && a - b < 10;
    if is_round(b) || a <= 20 || close || a == b {
        return vec![step(a, '-', b, a - b)];
    }
    let mut total = a;
    let mut steps = Vec::new();
    for part in place_values(b) {
        steps.push(step(total, '-', part, total - part));
        total -= part;
    }
    steps
}

fn product_steps(a: i64, b: i64) -> Vec<Step> {
    let power_of_ten = |n: i64| is_round(n) && n.to_string().starts_with('1');
    let known = a.min(b) <= 1 || (a <= 12 && b <= 12) || (is_round(a) && is_round(b));
    if known || power_of_ten(a) || power_of_ten(b) {
        return vec![step(a, '*', b, a.saturating_mul(b))];
    }
    let (mut steps, mut products) = (Vec::new(), Vec::new());
    for right in place_values(b) {
        for left in place_values(a) {
            let product = left.saturating_mul(right);
            steps.push(step(left, '*', right, product));
            products.push(product);
        }
    }
    let mut total = products[0];
    for product in &products[1..] {
        steps.extend(sum_steps(total, *product));
        total = total.saturating_add(*product);
    }
    steps
}

/// Steps, quotient and remainder, for `a >= 0`, `b >= 1`.
fn quotient_steps(a: i64, b: i64) -> (Vec<Step>, i64, i64) {
    let (quotient, remainder) = (a / b, a % b);
    if b == 1 || (remainder == 0 && quotient <= 12 && b <= 12) {
        return (vec![step(a, '/', b, quotient)], quotient, remainder);
    }
    let (mut steps, mut rest, mut total) = (Vec::new(), a, 0);
    for part in place_values(quotient) {
        let chunk = part * b;
        steps.extend(product_steps(part, b));
        steps.extend(difference_steps(rest, chunk));
        rest -= chunk;
        if total > 0 {
            steps.push(step(total, '+', part, total + part));
        }
        total += part;
    }
    if steps.is_empty() {
        steps.push(step(0, '*', b, 0));
        steps.push(step(a, '-', 0, a));
    }
    (steps, quotient, remainder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use proptest::prelude::*;

    /// Evaluates `x op y` of a step, independently of the code above.
    fn evaluate(expr: &str) -> i64 {
        let words: Vec<&str> = expr.split(' ').collect();
        let (a, b): (i64, i64) = (words[0].parse().unwrap(), words[2].parse().unwrap());
        match words[1] {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn steps_table() {
        let text = |w: Working| {
            let steps: Vec<String> = w.steps.iter().map(|s| format!("{} = {}", s.expr, s.value)).collect();
            let rewritten = w.rewritten.as_ref().map(|r| format!("[{r}] ")).unwrap_or_default();
            format!("{rewritten}{}; {}", steps.join(", "), w.short())
        };
        for (working, expected) in [
            (add(8, 7), "8 + 7 = 15; 8 + 7 = 15"),
            (add(386, 247), "386 + 200 = 586, 586 + 40 = 626, 626 + 7 = 633; 386 + 247 = 633"),
            (add(12, 386), "386 + 10 = 396, 396 + 2 = 398; 12 + 386 = 398"),
            (add(-23, 58), "[58 - 23] 58 - 20 = 38, 38 - 3 = 35; -23 + 58 = 35"),
            (add(5, -8), "[-(8 - 5)] 8 - 5 = 3; 5 + (-8) = -3"),
            (sub(23, 58), "[-(58 - 23)] 58 - 20 = 38, 38 - 3 = 35; 23 - 58 = -35"),
            (sub(4, -3), "[4 + 3] 4 + 3 = 7; 4 - (-3) = 7"),
            (mul(47, 6), "40 * 6 = 240, 7 * 6 = 42, 240 + 40 = 280, 280 + 2 = 282; 47 * 6 = 282"),
            (mul(-4, 7), "[-(4 * 7)] 4 * 7 = 28; -4 * 7 = -28"),
            (div_rem(47, 6), "7 * 6 = 42, 47 - 42 = 5; 47 / 6 = 7 remainder 5"),
            (div_rem(5, 7), "0 * 7 = 0, 5 - 0 = 5; 5 / 7 = 0 remainder 5"),
            (div_exact(-42, 6), "[-(42 / 6)] 42 / 6 = 7; -42 / 6 = -7"),
            (
                div_exact(282, 6),
                "40 * 6 = 240, 282 - 200 = 82, 82 - 40 = 42, 7 * 6 = 42, 42 - 42 = 0, 40 + 7 = 47; 282 / 6 = 47",
            ),
        ] {
            assert_eq!(text(working), expected);
        }
    }

    proptest! {
        #[test]
        fn every_step_is_true_and_leads_to_the_value(a in -20_000i64..20_000, b in -5_000i64..5_000) {
            let divisor = b.abs().max(1);
            let product = a * divisor;
            for (working, value, remainder) in [
                (add(a, b), a + b, 0),
                (sub(a, b), a - b, 0),
                (mul(a, b), a * b, 0),
                (div_rem(a, divisor), a.abs() / divisor, a.abs() % divisor),
                (div_exact(product, -divisor), -a, 0),
            ] {
                prop_assert_eq!((working.value, working.remainder), (value, remainder), "{}", working.head);
                for s in &working.steps {
                    prop_assert_eq!(evaluate(&s.expr), s.value, "{} of {}", s.expr, working.head);
                }
                if !working.head.contains('/') {
                    prop_assert_eq!(working.steps.last().map(|s| s.value), Some(value.abs()));
                }
            }
        }

        #[test]
        fn what_is_said_ends_with_the_result(a in -2_000i64..2_000, b in -900i64..900, seed: u64) {
            let rng = &mut Rng::new(seed);
            for working in [add(a, b), sub(a, b), mul(a, b), div_rem(a, b)] {
                let end = format!(" = {}", working.result());
                let (plain, slipped) = (working.say(rng), working.say_with_slip(rng));
                prop_assert!(plain.starts_with(&working.head) && plain.ends_with(&end), "{}", plain);
                prop_assert!(slipped.starts_with(&working.head) && slipped.ends_with(&end), "{}", slipped);
                prop_assert!(!plain.to_lowercase().contains("wait") && slipped.to_lowercase().contains("wait"));
            }
            prop_assert_ne!(slip(a, rng), a);
        }
    }
}
