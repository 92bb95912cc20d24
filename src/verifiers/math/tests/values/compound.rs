//! Several values together, and values of a kind of their own: tuples, sets, intervals, equations, quantities, dates,
//! words.

use super::{Dice, Drawn, Kind, gcd, term};

pub const KINDS: &[Kind] = &[
    ("tuple", tuple),
    ("set", set),
    ("list of two", list),
    ("interval", interval),
    ("union", union),
    ("half-line", half_line),
    ("matrix", matrix),
    ("vector", vector),
    ("line", line),
    ("circle", circle),
    ("system", system),
    ("plus and minus", plus_minus),
    ("quantity", quantity),
    ("money", money),
    ("compound quantity", feet),
    ("angle", angle),
    ("time of day", clock),
    ("date", date),
    ("ratio", ratio),
    ("choice", choice),
    ("word", word),
    ("function", function),
];

fn joined(items: &[i64], by: &str) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(by)
}

fn tuple(dice: &mut Dice) -> Drawn {
    let count = dice.between(2, 4) as usize;
    let items = dice.distinct(count, 60);
    let show = |items: &[i64]| format!("({})", joined(items, ", "));
    let mut swapped = items.clone();
    swapped.swap(0, count - 1);
    let mut changed = items.clone();
    changed[count / 2] += 1;
    let longer: Vec<i64> = items.iter().copied().chain([99]).collect();
    let negated: Vec<i64> = items.iter().map(|item| -item).collect();
    let halves: Vec<String> = items.iter().map(|item| format!("\\frac{{{}}}{{2}}", 2 * item)).collect();
    Drawn::new(
        [
            show(&items),
            format!("({})", joined(&items, ",")),
            format!("\\left({}\\right)", joined(&items, ", ")),
            format!("\\langle {}\\rangle", joined(&items, ", ")),
            format!("({})", halves.join(", ")),
        ],
        [
            show(&swapped),
            show(&changed),
            show(&longer),
            show(&items[1..]),
            format!("\\{{{}\\}}", joined(&items, ", ")),
            format!("[{}]", joined(&items, ", ")),
            items[0].to_string(),
        ],
    )
    .and(negated != items, show(&negated))
}

fn set(dice: &mut Dice) -> Drawn {
    let count = dice.between(2, 5) as usize;
    let items = dice.distinct(count, 60);
    let mut turned = items.clone();
    turned.rotate_left(1);
    let mut changed = items.clone();
    changed[count - 1] = 77;
    let longer: Vec<i64> = items.iter().copied().chain([99]).collect();
    let show = |items: &[i64]| format!("\\{{{}\\}}", joined(items, ", "));
    Drawn::new(
        [
            show(&items),
            show(&turned),
            format!("\\left\\{{{}\\right\\}}", joined(&items, ",")),
            format!("\\{{{}\\}} \\cup \\{{{}\\}}", items[0], joined(&items[1..], ", ")),
        ],
        [
            show(&items[1..]),
            show(&longer),
            show(&changed),
            format!("({})", joined(&items, ", ")),
            joined(&items[1..], ", "),
            joined(&longer, ", "),
            format!("\\{{{}, \\{{{}\\}}\\}}", joined(&items, ", "), items[0]),
        ],
    )
}

fn list(dice: &mut Dice) -> Drawn {
    let items = dice.distinct(2, 90);
    let (a, b) = (items[0], items[1]);
    Drawn::new(
        [
            format!("{a}, {b}"),
            format!("{a} \\text{{ and }} {b}"),
            format!("{b}, {a}"),
            format!("x={a} \\text{{ or }} x={b}"),
            format!("{a}; {b}"),
        ],
        [
            a.to_string(),
            b.to_string(),
            format!("{a}, {}", b + 100),
            format!("{a}, {b}, 99"),
            format!("{a}, {b}, {b}"),
            format!("{a}, {a}"),
            format!("{a}+{b}"),
        ],
    )
    .and(a + b != 0, format!("{}, {}", -a, -b))
}

fn interval(dice: &mut Dice) -> Drawn {
    let a = dice.between(-50, 40);
    let b = a + dice.between(2, 40);
    let (left, right) = (dice.next() & 1 == 0, dice.next() & 1 == 0);
    let show = |a: i64, b: i64, left: bool, right: bool| {
        format!("{}{a}, {b}{}", if left { '[' } else { '(' }, if right { ']' } else { ')' })
    };
    let rel = |closed: bool| if closed { "\\le" } else { "<" };
    let turned = |closed: bool| if closed { "\\ge" } else { ">" };
    let outward = format!("{}{a}, {b}{}", if left { '[' } else { ']' }, if right { ']' } else { '[' });
    Drawn::new(
        [
            show(a, b, left, right),
            outward,
            format!("{a} {} x {} {b}", rel(left), rel(right)),
            format!("{b} {} x {} {a}", turned(right), turned(left)),
            format!("\\left{}{a},{b}\\right{}", if left { '[' } else { '(' }, if right { ']' } else { ')' }),
            format!("x \\in {}", show(a, b, left, right)),
        ],
        [
            show(a, b, !left, right),
            show(a, b, left, !right),
            show(a, b, !left, !right),
            show(b, a, left, right),
            show(a + 1, b, left, right),
            show(a, b + 1, left, right),
            show(a - 100, b, left, right),
            format!("{a} {} x {} {b}", rel(!left), rel(right)),
            format!("(-\\infty, {b}{}", if right { ']' } else { ')' }),
            format!("\\{{{a}, {b}\\}}"),
            format!("x {} {a}", turned(left)),
        ],
    )
    .and(a + b != 0 || left != right, show(-b, -a, right, left))
}

fn union(dice: &mut Dice) -> Drawn {
    let a = dice.between(-50, 40);
    let b = a + dice.between(2, 40);
    Drawn::new(
        [
            format!("(-\\infty, {a}) \\cup ({b}, \\infty)"),
            format!("({b}, \\infty) \\cup (-\\infty, {a})"),
            format!("x < {a} \\text{{ or }} x > {b}"),
            format!("\\mathbb{{R}} \\setminus [{a}, {b}]"),
            format!("]-\\infty, {a}[ ∪ ]{b}, +\\infty["),
        ],
        [
            format!("(-\\infty, {a}] \\cup ({b}, \\infty)"),
            format!("(-\\infty, {a}) \\cup [{b}, \\infty)"),
            format!("(-\\infty, {a}) \\cap ({b}, \\infty)"),
            format!("({a}, {b})"),
            format!("(-\\infty, {a})"),
            format!("({b}, \\infty)"),
            format!("(-\\infty, {b}) \\cup ({a}, \\infty)"),
            format!("(-\\infty, {a}) \\cup ({}, \\infty)", b + 1),
            "\\mathbb{R}".to_owned(),
            format!("{a}, {b}"),
        ],
    )
}

fn half_line(dice: &mut Dice) -> Drawn {
    let a = dice.signed(80);
    Drawn::new(
        [
            format!("x > {a}"),
            format!("{a} < x"),
            format!("({a}, \\infty)"),
            format!("x{} > 0", term(-a, "")),
            format!("2x > {}", 2 * a),
            format!("-x < {}", -a),
        ],
        [
            format!("x < {a}"),
            format!("x \\ge {a}"),
            format!("[{a}, \\infty)"),
            format!("x > {}", -a),
            format!("x > {}", a + 1),
            format!("(-\\infty, {a})"),
            format!("x = {a}"),
            format!("x \\ne {a}"),
            a.to_string(),
        ],
    )
}

fn matrix(dice: &mut Dice) -> Drawn {
    let entries = dice.distinct(4, 40);
    let [a, b, c, d] = entries[..] else { unreachable!("four entries") };
    let show = |name: &str, [a, b, c, d]: [i64; 4]| {
        format!("\\begin{{{name}}} {a} & {b} \\\\ {c} & {d} \\end{{{name}}}")
    };
    Drawn::new(
        [
            show("pmatrix", [a, b, c, d]),
            show("bmatrix", [a, b, c, d]),
            format!("\\left({}\\right)", show("matrix", [a, b, c, d])),
            format!("\\begin{{pmatrix}}{a}&{b}\\\\{c}&{d}\\\\\\end{{pmatrix}}"),
            format!("[[{a}, {b}], [{c}, {d}]]"),
        ],
        [
            show("pmatrix", [a, c, b, d]),
            show("pmatrix", [c, d, a, b]),
            show("pmatrix", [b, a, d, c]),
            show("pmatrix", [a + 1, b, c, d]),
            show("pmatrix", [a, b, c, d - 1]),
            format!("\\begin{{pmatrix}} {a} & {b} \\end{{pmatrix}}"),
            show("vmatrix", [a, b, c, d]),
            (a * d - b * c).to_string(),
            format!("({a}, {b}, {c}, {d})"),
        ],
    )
}

fn vector(dice: &mut Dice) -> Drawn {
    let items = dice.distinct(3, 40);
    let [a, b, c] = items[..] else { unreachable!("three components") };
    let show = |[a, b, c]: [i64; 3]| format!("\\begin{{pmatrix}}{a}\\\\{b}\\\\{c}\\end{{pmatrix}}");
    Drawn::new(
        [
            show([a, b, c]),
            format!("({a}, {b}, {c})"),
            format!("\\begin{{bmatrix}} {a} \\\\ {b} \\\\ {c} \\end{{bmatrix}}"),
            format!("\\langle {a}, {b}, {c} \\rangle"),
        ],
        [
            show([b, a, c]),
            show([a, b, c + 1]),
            show([c, b, a]),
            format!("({b}, {a}, {c})"),
            format!("\\begin{{pmatrix}}{a}\\\\{b}\\end{{pmatrix}}"),
            (a + b + c).to_string(),
        ],
    )
}

fn line(dice: &mut Dice) -> Drawn {
    let (m, b) = (dice.between(2, 30), dice.signed(30));
    let show = |m: i64, b: i64| format!("y = {m}x{}", term(b, ""));
    Drawn::new(
        [
            show(m, b),
            format!("y{} = {m}x", term(-b, "")),
            format!("{m}x - y{} = 0", term(b, "")),
            format!("2y = {}x{}", 2 * m, term(2 * b, "")),
            format!("{m}x{} = y", term(b, "")),
        ],
        [
            show(m + 1, b),
            show(m, b + 1),
            show(m, -b),
            show(-m, b),
            format!("x = {m}y{}", term(b, "")),
            format!("y > {m}x{}", term(b, "")),
            format!("y = {m}x"),
            "y = y".to_owned(),
            m.to_string(),
        ],
    )
    .and(m != b, show(b, m))
}

fn circle(dice: &mut Dice) -> Drawn {
    let (h, k, r) = (dice.signed(12), dice.signed(12), dice.between(1, 12));
    let show = |h: i64, k: i64, square: i64| format!("(x{})^2+(y{})^2={square}", term(-h, ""), term(-k, ""));
    Drawn::new(
        [
            show(h, k, r * r),
            format!("(y{})^2+(x{})^2={r}^2", term(-k, ""), term(-h, "")),
            format!("x^2{}+y^2{}{} = 0", term(-2 * h, "x"), term(-2 * k, "y"), {
                let rest = h * h + k * k - r * r;
                if rest == 0 { String::new() } else { term(rest, "") }
            }),
        ],
        [
            show(-h, k, r * r),
            show(h, -k, r * r),
            show(h, k, r * r + 1),
            show(h, k, -r * r),
            show(h, k, r * r).replace(")^2+", ")^2-"),
            r.to_string(),
        ],
    )
    .and(h != k, show(k, h, r * r))
}

fn system(dice: &mut Dice) -> Drawn {
    let items = dice.distinct(2, 60);
    let (a, b) = (items[0], items[1]);
    Drawn::new(
        [
            format!("x={a}, y={b}"),
            format!("y={b}, x={a}"),
            format!("x = {a} \\text{{ and }} y = {b}"),
            format!("\\begin{{cases}} x={a} \\\\ y={b} \\end{{cases}}"),
        ],
        [
            format!("x={b}, y={a}"),
            format!("x={a}, y={}", b + 1),
            format!("x={a}"),
            format!("({b}, {a})"),
            format!("x={a}, z={}", b + 1),
            "x=x, y=y".to_owned(),
        ],
    )
}

fn plus_minus(dice: &mut Dice) -> Drawn {
    let (a, b) = (dice.signed(30), *dice.pick(&[2i64, 3, 5, 6, 7, 10]));
    Drawn::new(
        [
            format!("{a} \\pm \\sqrt{{{b}}}"),
            format!("{a}+\\sqrt{{{b}}}, {a}-\\sqrt{{{b}}}"),
            format!("{a}-\\sqrt{{{b}}} \\text{{ or }} {a}+\\sqrt{{{b}}}"),
            format!("x = {a} ± √{b}"),
        ],
        [
            format!("{a}+\\sqrt{{{b}}}"),
            format!("{a}-\\sqrt{{{b}}}"),
            format!("{} \\pm \\sqrt{{{b}}}", a + 1),
            format!("{a} \\pm \\sqrt{{{}}}", b + 1),
            format!("{} \\pm \\sqrt{{{b}}}", -a),
            format!("\\pm \\sqrt{{{b}}}"),
            format!("{a} \\pm {b}"),
        ],
    )
}

fn quantity(dice: &mut Dice) -> Drawn {
    let v = dice.between(2, 90);
    let &(large, small, factor, foreign) = dice.pick(&[
        ("km", "m", 1000, "kg"),
        ("m", "cm", 100, "s"),
        ("kg", "g", 1000, "m"),
        ("hours", "minutes", 60, "m"),
        ("L", "mL", 1000, "kg"),
        ("feet", "inches", 12, "s"),
    ]);
    Drawn::new(
        [
            format!("{v} \\text{{ {large}}}"),
            format!("{v}\\,\\mathrm{{{large}}}"),
            format!("{v} \\text{{{large}}}"),
            format!("{} \\text{{ {small}}}", v * factor),
        ],
        [
            format!("{v} \\text{{ {small}}}"),
            format!("{} \\text{{ {large}}}", v + 1),
            format!("{v} \\text{{ {foreign}}}"),
            format!("-{v} \\text{{ {large}}}"),
            format!("{v}0 \\text{{ {large}}}"),
            format!("{v} \\text{{ {large}}}^2"),
            format!("{} \\text{{ {small}}}", v * factor + 1),
        ],
    )
}

fn money(dice: &mut Dice) -> Drawn {
    let (v, cents) = (dice.between(1, 900), dice.between(1, 99));
    Drawn::new(
        [
            format!("\\${v}.{cents:02}"),
            format!("{v}.{cents:02} \\text{{ dollars}}"),
            format!("${v}.{cents:02}"),
            format!("{v}{cents:02} \\text{{ cents}}"),
        ],
        [
            format!("€{v}.{cents:02}"),
            format!("{v}.{cents:02} \\text{{ cents}}"),
            format!("\\${}.{cents:02}", v + 1),
            format!("\\${v}{cents:02}"),
            format!("-\\${v}.{cents:02}"),
            format!("\\${v}"),
            format!("{v}.{cents:02}\\%"),
            format!("{v}.{cents:02}x"),
        ],
    )
}

fn feet(dice: &mut Dice) -> Drawn {
    let (f, i) = loop {
        let (f, i) = (dice.between(1, 9), dice.between(1, 11));
        if f != i {
            break (f, i);
        }
    };
    Drawn::new(
        [
            format!("{f} ft {i} in"),
            format!("{f} \\text{{ feet }} {i} \\text{{ inches}}"),
            format!("{} \\text{{ inches}}", 12 * f + i),
            format!("{f}'{i}\""),
            format!("{f} feet and {i} inches"),
        ],
        [
            format!("{i} ft {f} in"),
            format!("{f} ft {} in", (i + 1) % 12),
            format!("{} ft {i} in", f + 1),
            format!("{f} ft"),
            format!("{i} in"),
            format!("{} inches", f + i),
            format!("{f} m {i} in"),
        ],
    )
}

fn angle(dice: &mut Dice) -> Drawn {
    let d = dice.between(1, 359);
    Drawn::new(
        [
            format!("{d}^\\circ"),
            format!("{d}^{{\\circ}}"),
            format!("{d}°"),
            format!("{d} \\text{{ degrees}}"),
            format!("{d}°00'"),
        ],
        [
            format!("{}^\\circ", d + 1),
            format!("-{d}^\\circ"),
            format!("{d} \\text{{ radians}}"),
            format!("\\frac{{{d}\\pi}}{{179}}"),
            format!("{d}\\pi"),
            format!("{d}\\%"),
            format!("\\${d}"),
            format!("{d}^\\circ 30'"),
        ],
    )
    .and(d != 90, format!("{}^\\circ", 180 - d))
}

fn clock(dice: &mut Dice) -> Drawn {
    let (h, m) = (dice.between(1, 11), dice.between(0, 58));
    Drawn::new(
        [
            format!("{h}:{m:02} \\text{{ p.m.}}"),
            format!("{h}:{m:02} PM"),
            format!("{h}:{m:02}pm"),
            format!("{}:{m:02}", h + 12),
        ],
        [
            format!("{h}:{m:02} \\text{{ a.m.}}"),
            format!("{h}:{:02} PM", m + 1),
            format!("{}:{m:02} PM", if h == 11 { 10 } else { h + 1 }),
            format!("{}:{:02}", h + 12, m + 1),
        ],
    )
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn date(dice: &mut Dice) -> Drawn {
    let (y, m, d) = (dice.between(1900, 2060), dice.between(1, 11), dice.between(1, 27));
    let name = MONTHS[m as usize - 1];
    Drawn::new(
        [
            format!("{y}-{m:02}-{d:02}"),
            format!("{name} {d}, {y}"),
            format!("{d} {name} {y}"),
            format!("\\text{{{name} {d}, {y}}}"),
        ],
        [
            format!("{y}-{m:02}-{:02}", d + 1),
            format!("{} {d}, {y}", MONTHS[m as usize]),
            format!("{name} {d}, {}", y + 1),
            y.to_string(),
            d.to_string(),
        ],
    )
    .and(m != d && d <= 12, format!("{y}-{d:02}-{m:02}"))
}

fn ratio(dice: &mut Dice) -> Drawn {
    let (a, b) = loop {
        let (a, b) = (dice.between(1, 40), dice.between(1, 40));
        if gcd(a, b) == 1 && a != b {
            break (a, b);
        }
    };
    Drawn::new(
        [format!("{a}:{b}"), format!("{} : {}", 3 * a, 3 * b), format!("{a} \\text{{ to }} {b}")],
        [
            format!("{b}:{a}"),
            format!("{}:{b}", a + 1),
            format!("{a}:{}", b + 1),
            format!("{a}:{b}:1"),
            format!("\\frac{{{b}}}{{{a}}}"),
            format!("({a}, {b})"),
        ],
    )
}

fn choice(dice: &mut Dice) -> Drawn {
    let at = dice.between(0, 4) as u8;
    let letter = char::from(b'A' + at);
    let other = char::from(b'A' + (at + dice.between(1, 4) as u8) % 5);
    Drawn::new(
        [
            letter.to_string(),
            format!("({letter})"),
            format!("\\text{{{letter}}}"),
            format!("\\textbf{{({letter})}}"),
            format!("{letter}."),
        ],
        [
            other.to_string(),
            format!("({other})"),
            format!("{letter} \\text{{ or }} {other}"),
            format!("{letter}, {other}"),
            format!("\\text{{not }} {letter}"),
        ],
    )
}

fn word(dice: &mut Dice) -> Drawn {
    let &(word, other) = dice.pick(&[
        ("yes", "no"),
        ("true", "false"),
        ("even", "odd"),
        ("increasing", "decreasing"),
        ("Monday", "Tuesday"),
        ("convergent", "divergent"),
        ("Alice", "Bob"),
        ("positive", "negative"),
        ("rational", "irrational"),
    ]);
    Drawn::new(
        [
            word.to_owned(),
            format!("\\text{{{word}}}"),
            word.to_uppercase(),
            format!("\\textbf{{{word}}}"),
            format!(" {word}."),
        ],
        [
            other.to_owned(),
            format!("\\text{{not }}\\text{{{word}}}"),
            format!("\\text{{{word} or {other}}}"),
            "7".to_owned(),
            word[1..].to_owned(),
        ],
    )
}

fn function(dice: &mut Dice) -> Drawn {
    let (a, b) = (dice.between(2, 20), dice.signed(20));
    Drawn::new(
        [
            format!("f(x) = {a}x^2{}", term(b, "")),
            format!("{a}x^2{}", term(b, "")),
            format!("f(x)={a}x\\cdot x{}", term(b, "")),
        ],
        [
            format!("f(x) = {a}x^2{}", term(-b, "")),
            format!("f(x) = {}x^2{}", a + 1, term(b, "")),
            format!("f(x) = {a}x{}", term(b, "")),
            "f(x)".to_owned(),
            "f(x) = f(x)".to_owned(),
            format!("f'(x) = {}x", 2 * a),
        ],
    )
}
