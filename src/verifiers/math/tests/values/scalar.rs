//! Numbers and expressions.

use super::{Dice, Drawn, Kind, gcd, term};

pub const KINDS: &[Kind] = &[
    ("integer", integer),
    ("decimal", decimal),
    ("fraction", fraction),
    ("mixed number", mixed),
    ("percentage", percentage),
    ("radical", radical),
    ("surd", surd),
    ("part of pi", part_of_pi),
    ("complex number", complex),
    ("power", power),
    ("factorial", factorial),
    ("binomial", binomial),
    ("logarithm", logarithm),
    ("trigonometric", trigonometric),
    ("polynomial", polynomial),
    ("of two variables", linear),
    ("rational function", rational),
    ("repeating decimal", repeating),
    ("scientific", scientific),
    ("series", series),
    ("absolute value", absolute),
    ("floor", floor),
    ("residue", residue),
    ("number in a base", based),
];

fn grouped(value: i64, separator: &str) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push_str(separator);
        }
        out.push(digit);
    }
    if value < 0 { format!("-{out}") } else { out }
}

fn integer(dice: &mut Dice) -> Drawn {
    let length = dice.between(1, 17) as u32;
    let n = dice.signed(10i64.pow(length));
    let mut same = vec![n.to_string(), format!("{n}.0"), format!("\\text{{{n}}}"), format!("x = {n}")];
    same.push(format!("\\frac{{{}}}{{3}}", i128::from(n) * 3));
    same.push(format!("{}+{}", n - 7, 7));
    if n.abs() >= 1000 {
        same.extend([grouped(n, ","), grouped(n, "{,}"), grouped(n, "\\,"), grouped(n, ",\\!")]);
    }
    if n < 0 {
        same.push(format!("\u{2212}{}", -n));
    }
    let digits = n.abs().to_string();
    let at = dice.next() as usize % digits.len();
    let mut changed = digits.clone().into_bytes();
    changed[at] = b'0' + (changed[at] - b'0' + dice.between(1, 9) as u8) % 10;
    let changed = String::from_utf8(changed).unwrap();
    let sign = if n < 0 { "-" } else { "" };
    let mut drawn = Drawn::new(
        same,
        [
            (-n).to_string(),
            (n + 1).to_string(),
            (n - 1).to_string(),
            (n * 10).to_string(),
            format!("{sign}{changed}"),
            format!("{n}, {}", n + 1),
            format!("\\{{{n}, {}\\}}", n + 1),
            format!("{n} \\text{{ or }} {}", n + 1),
            format!("{n}.5"),
            format!("{n}.0000001"),
            format!("{n}+x"),
            format!("x > {n}"),
            format!("{n}i"),
            format!("{n}b"),
            format!("{n}\\pi"),
            format!("{n} \\pi"),
            format!("\\pm {}", n.abs()),
        ],
    );
    for at in 1..digits.len() {
        let mut swapped = digits.clone().into_bytes();
        swapped.swap(at - 1, at);
        let swapped = String::from_utf8(swapped).unwrap();
        drawn = drawn.and(swapped != digits, format!("{sign}{swapped}"));
    }
    drawn
}

fn decimal(dice: &mut Dice) -> Drawn {
    let places = dice.between(1, 5) as usize;
    let scale = 10i64.pow(places as u32);
    // The last digit is not zero.
    let value = dice.between(0, 999 * scale / 10) * 10 + dice.between(1, 9);
    let show = |value: i64| {
        let sign = if value < 0 { "-" } else { "" };
        let digits = format!("{:0width$}", value.abs(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        format!("{sign}{whole}.{fraction}")
    };
    let shown = show(value);
    let mut same = vec![shown.clone(), format!("{shown}0"), format!("\\frac{{{value}}}{{{scale}}}")];
    same.push(format!("{value}/{scale}"));
    if let Some(bare) = shown.strip_prefix('0') {
        same.push(bare.to_owned());
    }
    Drawn::new(
        same,
        [
            show(-value),
            show(value + 1),
            show(value - 1),
            show(value * 10),
            value.to_string(),
            shown[..shown.len() - 1].to_owned(),
            format!("{shown}, 1"),
            format!("{shown}x"),
        ],
    )
}

fn reduced(dice: &mut Dice, high: i64) -> (i64, i64) {
    loop {
        let (p, q) = (dice.between(1, high), dice.between(2, high));
        if gcd(p, q) == 1 {
            return (p, q);
        }
    }
}

fn fraction(dice: &mut Dice) -> Drawn {
    let (p, q) = reduced(dice, 200);
    let k = dice.between(2, 9);
    let decimal = p as f64 / q as f64;
    let terminates = {
        let mut rest = q;
        for prime in [2, 5] {
            while rest % prime == 0 {
                rest /= prime;
            }
        }
        rest == 1
    };
    Drawn::new(
        [
            format!("\\frac{{{p}}}{{{q}}}"),
            format!("{p}/{q}"),
            format!("\\dfrac{{{}}}{{{}}}", k * p, k * q),
            format!("\\frac{{-{p}}}{{-{q}}}"),
            format!("{{{p} \\over {q}}}"),
            format!("{p}\\div{q}"),
            format!("{p} \\cdot {q}^{{-1}}"),
        ],
        [
            format!("-\\frac{{{p}}}{{{q}}}"),
            format!("\\frac{{{q}}}{{{p}}}"),
            format!("\\frac{{{}}}{{{q}}}", p + 1),
            format!("\\frac{{{p}}}{{{}}}", q + 1),
            format!("{p}{q}"),
            format!("{p}, {q}"),
            format!("({p}, {q})"),
        ],
    )
    .and(!terminates, format!("{decimal:.4}"))
    .and(!terminates, format!("{decimal:.12}"))
}

fn mixed(dice: &mut Dice) -> Drawn {
    let whole = dice.between(1, 30);
    let (p, q) = loop {
        let (p, q) = reduced(dice, 30);
        if p < q {
            break (p, q);
        }
    };
    let over = whole * q + p;
    Drawn::new(
        [
            format!("{whole}\\frac{{{p}}}{{{q}}}"),
            format!("{whole} \\frac{{{p}}}{{{q}}}"),
            format!("{whole} {p}/{q}"),
            format!("\\frac{{{over}}}{{{q}}}"),
            format!("{whole}+\\frac{{{p}}}{{{q}}}"),
        ],
        [
            format!("{}\\frac{{{p}}}{{{q}}}", whole + 1),
            format!("-{whole}\\frac{{{p}}}{{{q}}}"),
            format!("\\frac{{{}}}{{{q}}}", over + 1),
            format!("\\frac{{{p}}}{{{q}}}"),
            format!("{whole}\\frac{{{p}}}{{{}}}", q + 1),
            format!("{whole}-\\frac{{{p}}}{{{q}}}"),
        ],
    )
    .and(whole * p != over, format!("{whole} \\cdot \\frac{{{p}}}{{{q}}}"))
}

fn percentage(dice: &mut Dice) -> Drawn {
    let p = dice.between(1, 99);
    Drawn::new(
        [
            format!("{p}\\%"),
            format!("{p} \\text{{ percent}}"),
            format!("{p}%"),
            format!("0.{p:02}"),
            format!("\\frac{{{p}}}{{100}}"),
        ],
        [
            format!("{}\\%", p + 1),
            format!("-{p}\\%"),
            format!("{p}0\\%"),
            format!("0.{p:03}"),
            format!("0.{p:02}\\%"),
            format!("{p}000"),
        ],
    )
    .and(p != 50, format!("{}\\%", 100 - p))
}

const SQUARE_FREE: [i64; 9] = [2, 3, 5, 6, 7, 10, 11, 13, 15];

fn radical(dice: &mut Dice) -> Drawn {
    let (a, b) = (dice.between(2, 20), *dice.pick(&SQUARE_FREE));
    let square = a * a * b;
    Drawn::new(
        [
            format!("{a}\\sqrt{{{b}}}"),
            format!("\\sqrt{{{square}}}"),
            format!("{a} \\cdot \\sqrt{{{b}}}"),
            format!("{a}√{b}"),
            format!("{a}*sqrt({b})"),
            format!("\\frac{{{}}}{{\\sqrt{{{b}}}}}", a * b),
            format!("{square}^{{1/2}}"),
        ],
        [
            format!("-{a}\\sqrt{{{b}}}"),
            format!("{}\\sqrt{{{b}}}", a + 1),
            format!("{a}\\sqrt{{{}}}", b + 1),
            format!("\\sqrt{{{}}}", a * b),
            format!("{a}\\sqrt[3]{{{b}}}"),
            format!("{square}"),
            format!("{:.4}", (square as f64).sqrt()),
            format!("{:.10}", (square as f64).sqrt()),
            format!("\\pm {a}\\sqrt{{{b}}}"),
        ],
    )
}

fn surd(dice: &mut Dice) -> Drawn {
    let (a, b, c, d) = (dice.signed(12), dice.signed(9), *dice.pick(&SQUARE_FREE), dice.between(2, 9));
    let root = format!("\\sqrt{{{c}}}");
    let show = |a: i64, b: i64, d: i64| format!("\\frac{{{a}{}}}{{{d}}}", term(b, &root));
    let b_root = term(b, &root);
    let b_first = b_root.trim_start_matches('+');
    Drawn::new(
        [
            show(a, b, d),
            format!("\\frac{{{b_first}{}}}{{{d}}}", term(a, "")),
            format!("\\frac{{{a}}}{{{d}}}{}", term(b, &format!("\\frac{{{root}}}{{{d}}}"))),
            format!("({a}{})/{d}", term(b, &format!("sqrt({c})"))),
            show(2 * a, 2 * b, 2 * d),
        ],
        [show(a, -b, d), show(-a, b, d), show(-a, -b, d), show(a + 1, b, d), show(a, b, d + 1)],
    )
    .and(a != b, show(b, a, d))
    .and(a.abs() != 1, format!("{a}{}", term(b, &format!("\\frac{{{root}}}{{{d}}}"))))
}

fn part_of_pi(dice: &mut Dice) -> Drawn {
    let (k, n) = reduced(dice, 24);
    Drawn::new(
        [
            format!("\\frac{{{k}\\pi}}{{{n}}}"),
            format!("\\frac{{{k}}}{{{n}}}\\pi"),
            format!("{k}\\pi/{n}"),
            format!("{k}π/{n}"),
            format!("{k}*pi/{n}"),
        ],
        [
            format!("-\\frac{{{k}\\pi}}{{{n}}}"),
            format!("\\frac{{{}\\pi}}{{{n}}}", k + 1),
            format!("\\frac{{{k}\\pi}}{{{}}}", n + 1),
            format!("\\frac{{{k}}}{{{n}}}"),
            format!("\\frac{{{n}\\pi}}{{{k}}}"),
            format!("\\frac{{{k}}}{{{n}\\pi}}"),
            format!("{:.4}", k as f64 * std::f64::consts::PI / n as f64),
            format!("\\frac{{{k}\\pi^2}}{{{n}}}"),
        ],
    )
}

fn complex(dice: &mut Dice) -> Drawn {
    let (a, b) = (dice.signed(40), dice.signed(40));
    let show = |a: i64, b: i64| format!("{a}{}", term(b, "i"));
    let imaginary = term(b, "i");
    Drawn::new(
        [
            show(a, b),
            format!("{}{}", imaginary.trim_start_matches('+'), term(a, "")),
            format!("{a}{}", term(b, "\\mathrm{i}")),
            format!("{a} {}", term(b, " i")),
            format!("\\frac{{{}{}}}{{2}}", 2 * a, term(2 * b, "i")),
        ],
        [
            show(a, -b),
            show(-a, b),
            show(a + 1, b),
            format!("{a}{}", term(b, "")),
            format!("{a}{}", term(b, "x")),
            format!("({a}, {b})"),
        ],
    )
    .and(a != b, show(b, a))
}

fn power(dice: &mut Dice) -> Drawn {
    let (base, exponent) = (dice.between(2, 9), dice.between(3, 40));
    let mut same = vec![format!("{base}^{{{exponent}}}"), format!("{base}**{exponent}")];
    same.push(format!("{base} \\cdot {base}^{{{}}}", exponent - 1));
    if let Some(value) = base.checked_pow(exponent as u32) {
        same.push(value.to_string());
    }
    Drawn::new(
        same,
        [
            format!("{base}^{{{}}}", exponent + 1),
            format!("{}^{{{exponent}}}", base + 1),
            format!("-{base}^{{{exponent}}}"),
            format!("{base}^{{-{exponent}}}"),
            format!("{base}^{{{exponent}}}+1"),
            format!("{base} \\cdot {exponent}"),
        ],
    )
}

fn factorial(dice: &mut Dice) -> Drawn {
    let n = dice.between(4, 15);
    let value: i64 = (1..=n).product();
    Drawn::new(
        [format!("{n}!"), value.to_string(), format!("{n} \\cdot {}!", n - 1)],
        [
            format!("{}!", n + 1),
            format!("{}!", n - 1),
            format!("{n}!!"),
            (value + 1).to_string(),
            n.to_string(),
            format!("-{n}!"),
        ],
    )
}

fn binomial(dice: &mut Dice) -> Drawn {
    let n = dice.between(5, 30);
    let k = dice.between(2, n - 2);
    let value = (0..k).fold(1i64, |value, at| value * (n - at) / (at + 1));
    Drawn::new(
        [
            format!("\\binom{{{n}}}{{{k}}}"),
            format!("{{{n} \\choose {k}}}"),
            format!("\\binom{{{n}}}{{{}}}", n - k),
            value.to_string(),
            format!("\\frac{{{n}!}}{{{k}!{}!}}", n - k),
        ],
        [
            format!("\\binom{{{}}}{{{k}}}", n + 1),
            (value + 1).to_string(),
            format!("\\frac{{{n}!}}{{{}!}}", n - k),
            format!("\\frac{{{n}}}{{{k}}}"),
        ],
    )
    .and(n != 2 * k + 1, format!("\\binom{{{n}}}{{{}}}", k + 1))
}

fn logarithm(dice: &mut Dice) -> Drawn {
    let a = dice.between(2, 60);
    Drawn::new(
        [
            format!("\\ln {a}"),
            format!("\\ln({a})"),
            format!("\\log_e {a}"),
            format!("\\frac12\\ln {}", a * a),
            format!("-\\ln\\frac{{1}}{{{a}}}"),
            format!("ln({a})"),
        ],
        [
            format!("\\ln {}", a + 1),
            format!("-\\ln {a}"),
            format!("\\log_{{10}} {a}"),
            format!("\\log_2 {a}"),
            format!("\\ln {}", a * a),
            format!("{:.6}", (a as f64).ln()),
            format!("e^{{{a}}}"),
        ],
    )
}

fn trigonometric(dice: &mut Dice) -> Drawn {
    let k = dice.between(2, 30);
    Drawn::new(
        [
            format!("{k}\\sin^2 x"),
            format!("{k}(\\sin x)^2"),
            format!("{k}-{k}\\cos^2 x"),
            format!("\\frac{{{k}-{k}\\cos 2x}}{{2}}"),
            format!("{k}sin(x)^2"),
        ],
        [
            format!("{k}\\cos^2 x"),
            format!("{}\\sin^2 x", k + 1),
            format!("{k}\\sin x^2"),
            format!("{k}\\sin 2x"),
            format!("-{k}\\sin^2 x"),
            format!("{k}\\sin^2 t"),
            format!("{k}"),
        ],
    )
}

fn polynomial(dice: &mut Dice) -> Drawn {
    let (a, b, c) = (dice.between(2, 20), dice.signed(20), dice.signed(50));
    let show = |a: i64, b: i64, c: i64| format!("{a}x^2{}{}", term(b, "x"), term(c, ""));
    Drawn::new(
        [
            show(a, b, c),
            format!("{c}{}{}", term(b, "x"), term(a, "x^{2}")),
            format!("x({a}x{}){}", term(b, ""), term(c, "")),
            format!("y = {}", show(a, b, c)),
            format!("\\frac{{{}}}{{2}}", show(2 * a, 2 * b, 2 * c)),
        ],
        [
            show(a + 1, b, c),
            show(a, b + 1, c),
            show(a, b, c + 1),
            show(a, -b, c),
            show(a, b, -c),
            show(-a, -b, -c),
            show(a, b, c).replace("x^2", "x^3"),
            show(a, b, c).replace('x', "t"),
            format!("{a}x^2{}", term(b, "x")),
            format!("{} = 0", show(a, b, c)),
        ],
    )
    .and(a != c, show(c, b, a))
}

fn linear(dice: &mut Dice) -> Drawn {
    let (a, b) = (dice.between(2, 30), dice.signed(30));
    let show = |a: i64, b: i64| format!("{a}x{}", term(b, "y"));
    Drawn::new(
        [
            show(a, b),
            format!("{}{}", term(b, "y").trim_start_matches('+'), term(a, "x")),
            format!("\\frac{{{}}}{{3}}", show(3 * a, 3 * b)),
        ],
        [show(a, -b), show(a + 1, b), show(a, b).replace('y', "z"), format!("{}xy", a * b), show(-a, -b)],
    )
    .and(a != b, show(b, a))
}

fn rational(dice: &mut Dice) -> Drawn {
    let (a, b) = (dice.between(2, 20), dice.signed(20));
    let under = format!("x{}", term(b, ""));
    Drawn::new(
        [
            format!("\\frac{{{a}}}{{{under}}}"),
            format!("{a}({under})^{{-1}}"),
            format!("\\frac{{{}}}{{3x{}}}", 3 * a, term(3 * b, "")),
            format!("{a}/({under})"),
        ],
        [
            format!("\\frac{{{a}}}{{x{}}}", term(-b, "")),
            format!("\\frac{{{under}}}{{{a}}}"),
            format!("\\frac{{{}}}{{{under}}}", a + 1),
            format!("\\frac{{{a}}}{{x}}{}", term(b, "")),
            format!("-\\frac{{{a}}}{{{under}}}"),
            format!("\\frac{{{a}}}{{({under})^2}}"),
        ],
    )
}

fn repeating(dice: &mut Dice) -> Drawn {
    let (a, b) = loop {
        let (a, b) = (dice.between(0, 9), dice.between(0, 9));
        if a != b {
            break (a, b);
        }
    };
    Drawn::new(
        [
            format!("0.\\overline{{{a}{b}}}"),
            format!("0.{a}{b}{a}{b}..."),
            format!("0.({a}{b})"),
            format!("\\frac{{{}}}{{99}}", a * 10 + b),
            format!("0.\\dot{{{a}}}\\dot{{{b}}}"),
        ],
        [
            format!("0.{a}{b}"),
            format!("0.{a}{b}{a}{b}{a}{b}"),
            format!("0.\\overline{{{b}{a}}}"),
            format!("0.{a}\\overline{{{b}}}"),
            format!("1.\\overline{{{a}{b}}}"),
            format!("-0.\\overline{{{a}{b}}}"),
        ],
    )
}

fn scientific(dice: &mut Dice) -> Drawn {
    let (whole, tenth, exponent) = (dice.between(1, 9), dice.between(1, 9), dice.between(2, 12));
    let m = format!("{whole}.{tenth}");
    let value = format!("{whole}{tenth}{}", "0".repeat(exponent as usize - 1));
    Drawn::new(
        [
            format!("{m} \\times 10^{{{exponent}}}"),
            format!("{m} \\cdot 10^{{{exponent}}}"),
            format!("{m}e{exponent}"),
            format!("{m}E+{exponent}"),
            value.clone(),
        ],
        [
            format!("{m} \\times 10^{{{}}}", exponent + 1),
            format!("{m} \\times 10^{{-{exponent}}}"),
            format!("-{m} \\times 10^{{{exponent}}}"),
            format!("{}.{tenth} \\times 10^{{{exponent}}}", whole + 1),
            format!("{value}0"),
            format!("{m} + 10^{{{exponent}}}"),
            m.clone(),
        ],
    )
}

fn series(dice: &mut Dice) -> Drawn {
    let n = dice.between(4, 40);
    let value = n * (n + 1) / 2;
    Drawn::new(
        [
            format!("\\sum_{{k=1}}^{{{n}}} k"),
            format!("\\sum_{{i=1}}^{{{n}}} i"),
            format!("\\frac{{{n} \\cdot {}}}{{2}}", n + 1),
            value.to_string(),
        ],
        [
            format!("\\sum_{{k=1}}^{{{}}} k", n + 1),
            format!("\\sum_{{k=1}}^{{{n}}} k^2"),
            format!("\\prod_{{k=1}}^{{{n}}} k"),
            format!("\\sum_{{k=2}}^{{{n}}} k"),
            (value + 1).to_string(),
            n.to_string(),
        ],
    )
}

fn absolute(dice: &mut Dice) -> Drawn {
    let a = dice.between(1, 40);
    Drawn::new(
        [
            format!("|x-{a}|"),
            format!("|{a}-x|"),
            format!("\\left|x-{a}\\right|"),
            format!("\\lvert x-{a}\\rvert"),
            format!("\\sqrt{{(x-{a})^2}}"),
        ],
        [
            format!("x-{a}"),
            format!("{a}-x"),
            format!("|x+{a}|"),
            format!("|x-{}|", a + 1),
            format!("|x|-{a}"),
            format!("-|x-{a}|"),
        ],
    )
}

fn floor(dice: &mut Dice) -> Drawn {
    let a = dice.between(2, 9);
    Drawn::new(
        [
            format!("\\lfloor \\frac{{x}}{{{a}}} \\rfloor"),
            format!("\\left\\lfloor x/{a} \\right\\rfloor"),
            format!("floor(x/{a})"),
            format!("⌊x/{a}⌋"),
        ],
        [
            format!("\\lceil \\frac{{x}}{{{a}}} \\rceil"),
            format!("\\frac{{x}}{{{a}}}"),
            format!("\\lfloor \\frac{{x}}{{{}}} \\rfloor", a + 1),
            format!("\\lfloor {a}x \\rfloor"),
            format!("\\lfloor \\frac{{x}}{{{a}}} \\rfloor + 1"),
        ],
    )
}

fn residue(dice: &mut Dice) -> Drawn {
    let n = dice.between(4, 60);
    let r = dice.between(1, n - 2);
    Drawn::new(
        [
            format!("{r} \\pmod{{{n}}}"),
            format!("x \\equiv {r} \\pmod{{{n}}}"),
            format!("{} \\pmod{{{n}}}", r + n),
            format!("{r} (mod {n})"),
        ],
        [
            format!("{} \\pmod{{{n}}}", r + 1),
            format!("{r} \\pmod{{{}}}", n + 1),
            format!("x \\equiv {} \\pmod{{{n}}}", r + 1),
            (r + 1).to_string(),
        ],
    )
}

fn based(dice: &mut Dice) -> Drawn {
    let base = dice.between(3, 8);
    let digits: Vec<i64> = std::iter::once(dice.between(1, base - 1))
        .chain((0..dice.between(1, 4)).map(|_| dice.between(0, base - 1)).collect::<Vec<_>>())
        .collect();
    let show = |digits: &[i64]| digits.iter().map(ToString::to_string).collect::<String>();
    let at = dice.next() as usize % digits.len();
    let mut changed = digits.clone();
    changed[at] = (changed[at] + 1) % base;
    let (digits, changed) = (show(&digits), show(&changed));
    Drawn::new(
        [
            format!("{digits}_{base}"),
            format!("{digits}_{{{base}}}"),
            format!("({digits})_{{{base}}}"),
            format!("\\text{{{digits}}}_{base}"),
        ],
        [
            format!("{changed}_{base}"),
            format!("{digits}_{}", base + 1),
            format!("{digits}0_{base}"),
            format!("{digits}\\pi"),
            format!("{digits} \\text{{ meals}}"),
            format!("{digits}\\%"),
            changed,
        ],
    )
}
