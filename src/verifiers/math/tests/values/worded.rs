//! Values with words, units or letters around them: families of values, conditions, physical quantities, temperatures,
//! numbers said twice, choices of several letters, counts of choices, multiples of the identity matrix.

use super::{Dice, Drawn, Kind};

pub const KINDS: &[Kind] = &[
    ("family of values", family),
    ("condition", condition),
    ("physical quantity", physical),
    ("temperature", temperature),
    ("number said twice", restated),
    ("several choices", choices),
    ("count of choices", count),
    ("multiple of the identity", identity),
];

/// `p + kq` for every whole k.
fn family(dice: &mut Dice) -> Drawn {
    let q = dice.between(2, 9);
    let p = dice.between(1, 11) + 12 * dice.between(0, 4);
    let show = |p: i64, q: i64, letter: &str| format!("{p} + {q}{letter}, {letter} \\in \\mathbb{{Z}}");
    let inside = |p: i64| format!("\\frac{{{p}\\pi}}{{12}}");
    if dice.between(0, 1) == 0 {
        let plain = |p: i64| format!("x = {} + k\\pi, k \\in \\mathbb{{Z}}", inside(p));
        return Drawn::new(
            [
                plain(p),
                plain(p + 12),
                plain(p - 24),
                format!("{} + n\\pi, n \\in \\mathbb{{Z}}", inside(p)),
                format!("{} - k\\pi \\ (k \\in \\mathbb{{Z}})", inside(p)),
                format!("x = {} + n\\pi \\text{{ where }} n \\text{{ is an integer}}", inside(p)),
            ],
            [
                plain(p + 1),
                plain(p - 6),
                format!("{} + 2k\\pi, k \\in \\mathbb{{Z}}", inside(p)),
                format!("{} + \\frac{{k\\pi}}{{2}}, k \\in \\mathbb{{Z}}", inside(p)),
                inside(p),
                format!("x = {}", inside(p)),
                "k\\pi".to_owned(),
            ],
        );
    }
    Drawn::new(
        [
            show(p, q, "k"),
            show(p + q, q, "n"),
            show(p - 3 * q, q, "k"),
            format!("{p} - {q}k, k \\in \\mathbb{{Z}}"),
            format!("x = {q}n + {p}, \\ n \\in \\mathbb{{Z}}"),
        ],
        [
            show(p + 1, q, "k"),
            show(p, q + 1, "k"),
            show(p, 2 * q, "k"),
            p.to_string(),
            (p + q).to_string(),
            format!("{p}, {}", p + q),
        ],
    )
}

/// `a < x < b` by two inequalities, and what is outside.
fn condition(dice: &mut Dice) -> Drawn {
    let a = dice.between(-40, 40);
    let b = a + dice.between(1, 40);
    let middle = a + b;
    let radius = b - a;
    if dice.between(0, 1) == 0 {
        return Drawn::new(
            [
                format!("({a}, {b})"),
                format!("x > {a} \\text{{ and }} x < {b}"),
                format!("x < {b} \\text{{ and }} {a} < x"),
                format!("{a} < x < {b}"),
                format!("|2x - {middle}| < {radius}").replace("- -", "+ "),
            ],
            [
                format!("x > {a} \\text{{ or }} x < {b}"),
                format!("x < {a} \\text{{ and }} x > {b}"),
                format!("x \\ge {a} \\text{{ and }} x < {b}"),
                format!("x > {a} \\text{{ and }} x \\le {b}"),
                format!("x > {a}"),
                format!("|2x - {middle}| \\le {radius}").replace("- -", "+ "),
                format!("|2x - {middle}| > {radius}").replace("- -", "+ "),
            ],
        );
    }
    Drawn::new(
        [
            format!("(-\\infty, {a}) \\cup ({b}, \\infty)"),
            format!("x < {a} \\text{{ or }} x > {b}"),
            format!("x > {b} \\text{{ or }} x < {a}"),
            format!("|2x - {middle}| > {radius}").replace("- -", "+ "),
        ],
        [
            format!("x > {a} \\text{{ or }} x < {b}"),
            format!("x \\le {a} \\text{{ or }} x > {b}"),
            format!("x < {a} \\text{{ or }} x \\ge {b}"),
            format!("x > {a} \\text{{ and }} x < {b}"),
            format!("x < {a}"),
            format!("({a}, {b})"),
        ],
    )
}

/// Units of one dimension with their powers of ten, each in two spellings, and one of another dimension.
const PHYSICAL: [(&[(&str, &str)], &str); 7] = [
    (&[("\\text{ m/s}", "meters per second"), ("\\text{ km/s}", "kilometers per second")], "m"),
    (&[("\\text{ m/s}^2", "meters per second squared"), ("\\text{ km/s}^2", "km/s^2")], "m/s"),
    (&[("\\text{ N}", "newtons"), ("\\text{ kN}", "kN")], "J"),
    (&[("\\text{ J}", "joules"), ("\\text{ kJ}", "kilojoules")], "W"),
    (&[("\\text{ W}", "watts"), ("\\text{ kW}", "kilowatts")], "J"),
    (&[("\\text{ V}", "volts"), ("\\text{ kV}", "kV")], "A"),
    (&[("\\text{ Pa}", "pascals"), ("\\text{ kPa}", "kPa")], "N"),
];

fn physical(dice: &mut Dice) -> Drawn {
    let (units, other) = *dice.pick(&PHYSICAL);
    let n = dice.between(1, 900) * 10 + dice.between(1, 9);
    let ((small, words), (large, more)) = (units[0], units[1]);
    Drawn::new(
        [
            format!("{}{small}", n * 1000),
            format!("{} {words}", n * 1000),
            format!("{n}{large}"),
            format!("{n} {more}"),
        ],
        [
            format!("{n}{small}"),
            format!("{}{large}", n * 1000),
            format!("{}{small}", n * 1000 + 1),
            format!("-{n}{large}"),
            format!("{}\\text{{ {other}}}", n * 1000),
            format!("{n} {other}"),
            format!("{}", n + 1),
        ],
    )
}

fn temperature(dice: &mut Dice) -> Drawn {
    let n = dice.signed(200);
    let (scale, name, other) = *dice.pick(&[("C", "Celsius", "F"), ("F", "Fahrenheit", "C")]);
    Drawn::new(
        [
            format!("{n}^\\circ\\text{{{scale}}}"),
            format!("{n}^{{\\circ}}\\mathrm{{{scale}}}"),
            format!("{n}°{scale}"),
            format!("{n} degrees {name}"),
        ],
        [
            format!("{n}^\\circ\\text{{{other}}}"),
            format!("{}^\\circ\\text{{{scale}}}", -n),
            format!("{}^\\circ\\text{{{scale}}}", n + 1),
            format!("{n} \\text{{ m}}"),
            (n + 1).to_string(),
        ],
    )
}

const NUMBERS: [&str; 20] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

fn restated(dice: &mut Dice) -> Drawn {
    let n = dice.between(1, 19) as usize;
    let (word, next) = (NUMBERS[n - 1], NUMBERS[n]);
    Drawn::new(
        [
            n.to_string(),
            format!("{n} \\text{{ ({word})}}"),
            format!("{n} ({word})"),
            word.to_owned(),
            format!("\\text{{The answer is }} {n}"),
            format!("\\text{{There are }} {n}"),
        ],
        [
            format!("{n} \\text{{ ({next})}}"),
            format!("{} ({word})", n + 1),
            format!("{n} (not {n})"),
            format!("{n} \\text{{ or about }} {}", n + 1),
            format!("\\text{{The answer is not }} {n}"),
            format!("\\text{{There are fewer than }} {n}"),
            format!("\\text{{at least }} {n}"),
            next.to_owned(),
        ],
    )
}

fn choices(dice: &mut Dice) -> Drawn {
    let all = ["A", "B", "C", "D", "E", "F"];
    let picked: Vec<usize> = loop {
        let bits = dice.between(1, 63);
        let picked: Vec<usize> = (0..6).filter(|at| bits >> at & 1 == 1).collect();
        // More letters than four run together are a word.
        if (2..=4).contains(&picked.len()) {
            break picked;
        }
    };
    let letters: Vec<&str> = picked.iter().map(|at| all[*at]).collect();
    let missing: Vec<&str> = all.into_iter().filter(|letter| !letters.contains(letter)).collect();
    let mut changed = letters.clone();
    changed[0] = missing[0];
    changed.sort_unstable();
    let more: Vec<&str> = letters.iter().copied().chain([missing[0]]).collect();
    Drawn::new(
        [letters.concat(), letters.join(", "), letters.join(" , ")],
        [
            changed.concat(),
            changed.join(", "),
            more.concat(),
            more.join(", "),
            letters[1..].concat(),
            letters[1..].join(", "),
            letters[0].to_owned(),
        ],
    )
}

fn count(dice: &mut Dice) -> Drawn {
    let n = dice.between(6, 20);
    let k = dice.between(2, n / 2 - 1);
    let value: i64 = (1..=k).fold(1, |value, at| value * (n - k + at) / at);
    Drawn::new(
        [
            format!("C_{{{n}}}^{{{k}}}"),
            format!("\\mathrm{{C}}_{{{n}}}^{{{k}}}"),
            format!("C^{{{k}}}_{{{n}}}"),
            format!("{n}C{k}"),
            format!("\\binom{{{n}}}{{{k}}}"),
            format!("\\binom{{{n}}}{{{}}}", n - k),
        ],
        [
            format!("C_{{{n}}}^{{{}}}", k + 1),
            format!("C_{{{}}}^{{{k}}}", n + 1),
            format!("A_{{{n}}}^{{{k}}}"),
            format!("{n}P{k}"),
            format!("\\binom{{{k}}}{{{n}}}"),
            (value + 1).to_string(),
            format!("\\frac{{{n}}}{{{k}}}"),
        ],
    )
}

fn identity(dice: &mut Dice) -> Drawn {
    let scale = dice.between(2, 40);
    let rows = dice.between(2, 4);
    let matrix = |scale: i64, off: i64, rows: i64| {
        let rows: Vec<String> = (0..rows)
            .map(|row| {
                let cells: Vec<String> =
                    (0..rows).map(|column| if row == column { scale } else { off }.to_string()).collect();
                cells.join("&")
            })
            .collect();
        format!("\\begin{{pmatrix}}{}\\end{{pmatrix}}", rows.join("\\\\"))
    };
    Drawn::new(
        [
            matrix(scale, 0, rows),
            format!("{scale}I_{rows}"),
            format!("{scale} I_{{{rows}}}"),
            format!("{scale}\\mathbf{{I}}_{rows}"),
        ],
        [
            matrix(scale, 1, rows),
            matrix(scale + 1, 0, rows),
            matrix(scale, 0, rows + 1),
            format!("{}I_{rows}", scale + 1),
            format!("-{scale}I_{rows}"),
            format!("{scale}I_{}", rows + 1),
            scale.to_string(),
            format!("{scale}i"),
        ],
    )
}
