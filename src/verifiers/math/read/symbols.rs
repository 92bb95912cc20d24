//! What commands, words and Unicode characters mean. In: a name or a character. Out: the token it is read
//! as, or the ASCII it stands for. Tables only.

use super::super::expr::Function;
use super::lex::{Mark, Rel, Tok};

/// Commands that change the look alone, or stand for a space.
pub(super) const DROPPED: [&str; 45] = [
    "left", "right", "displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle", "big", "Big", "bigg", "Bigg", "bigl",
    "bigr", "Bigl", "Bigr", "biggl", "biggr", "Biggl", "Biggr", "limits", "nolimits", "middle", "normalsize", "large", "Large",
    "small", "footnotesize", "bf", "rm", "it", "sf", "tt", "boldmath", "hfill", "hspace*", "noindent", "par",
    "centering", "mathstrut", "strut", "unboldmath", "mathclose", "mathopen", "nonumber", "notag", "protect",
];

/// Commands that stand for a space.
pub(super) const SPACES: [&str; 11] = [
    "quad", "qquad", "thinspace", "medspace", "thickspace", "enspace", "enskip", "space", "nobreakspace", "negthinspace",
    "newline",
];

/// Commands whose argument is text.
pub(super) const TEXTS: [&str; 12] = [
    "text", "textbf", "textit", "textrm", "textsf", "texttt", "textnormal", "mbox", "hbox", "emph", "textsc", "underline",
];

/// Commands whose argument stands for itself, in upright or other letters.
pub(super) const FONTS: [&str; 15] = [
    "mathrm", "mathbf", "mathit", "mathsf", "mathtt", "mathcal", "mathscr", "mathfrak", "boldsymbol", "bm", "operatorname",
    "operatorname*", "mathnormal", "pmb", "rm",
];

/// Accents that become part of a symbol's name.
pub(super) const ACCENTS: [&str; 14] = [
    "overline", "bar", "vec", "hat", "widehat", "tilde", "widetilde", "overrightarrow", "overleftrightarrow", "dot", "ddot",
    "overset", "overarc", "wideparen",
];

/// The Greek letters by their LaTeX names.
const GREEK: [(&str, char); 40] = [
    ("alpha", 'α'), ("beta", 'β'), ("gamma", 'γ'), ("delta", 'δ'), ("epsilon", 'ε'), ("varepsilon", 'ε'), ("zeta", 'ζ'),
    ("eta", 'η'), ("theta", 'θ'), ("vartheta", 'θ'), ("iota", 'ι'), ("kappa", 'κ'), ("lambda", 'λ'), ("mu", 'μ'),
    ("nu", 'ν'), ("xi", 'ξ'), ("pi", 'π'), ("rho", 'ρ'), ("varrho", 'ρ'), ("sigma", 'σ'), ("varsigma", 'ς'), ("tau", 'τ'),
    ("upsilon", 'υ'), ("phi", 'φ'), ("varphi", 'φ'), ("chi", 'χ'), ("psi", 'ψ'), ("omega", 'ω'), ("Gamma", 'Γ'),
    ("Delta", 'Δ'), ("Theta", 'Θ'), ("Lambda", 'Λ'), ("Xi", 'Ξ'), ("Pi", 'Π'), ("Sigma", 'Σ'), ("Phi", 'Φ'), ("Psi", 'Ψ'),
    ("Omega", 'Ω'), ("ell", 'ℓ'), ("hbar", 'ℏ'),
];

/// The function called `name`, as a command or a word.
pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "sin" => Function::Sin,
        "cos" => Function::Cos,
        "tan" | "tg" => Function::Tan,
        "cot" | "ctg" => Function::Cot,
        "sec" => Function::Sec,
        "csc" | "cosec" => Function::Csc,
        "arcsin" | "asin" => Function::Arcsin,
        "arccos" | "acos" => Function::Arccos,
        "arctan" | "atan" | "arctg" => Function::Arctan,
        "arccot" | "acot" => Function::Arccot,
        "arcsec" | "asec" => Function::Arcsec,
        "arccsc" | "acsc" => Function::Arccsc,
        "sinh" => Function::Sinh,
        "cosh" => Function::Cosh,
        "tanh" => Function::Tanh,
        "coth" => Function::Coth,
        "sech" => Function::Sech,
        "csch" => Function::Csch,
        "arsinh" | "asinh" | "arcsinh" => Function::Arsinh,
        "arcosh" | "acosh" | "arccosh" => Function::Arcosh,
        "artanh" | "atanh" | "arctanh" => Function::Artanh,
        "ln" => Function::Ln,
        "log" | "lg" => Function::Log,
        "gcd" => Function::Gcd,
        "lcm" => Function::Lcm,
        "min" => Function::Min,
        "max" => Function::Max,
        "floor" => Function::Floor,
        "ceil" | "ceiling" => Function::Ceil,
        "abs" => Function::Abs,
        "Re" | "re" => Function::Re,
        "Im" | "im" => Function::Im,
        "arg" | "Arg" => Function::Arg,
        "sgn" | "sign" => Function::Sign,
        _ => return None,
    })
}

/// The token that the command `name` is read as; `None` for commands that are not known.
pub(super) fn command(name: &str) -> Option<Tok> {
    if let Some(letter) = greek(name) {
        return Some(Tok::Letter(letter));
    }
    if let Some(function) = function(name) {
        return Some(Tok::Function(function));
    }
    Some(match name {
        "frac" | "dfrac" | "tfrac" | "cfrac" | "fraction" => Tok::Mark(Mark::Frac),
        "binom" | "dbinom" | "tbinom" => Tok::Mark(Mark::Binom),
        "sqrt" => Tok::Mark(Mark::Sqrt),
        "exp" => Tok::Mark(Mark::Exp),
        "sum" => Tok::Mark(Mark::Sum),
        "prod" => Tok::Mark(Mark::Prod),
        "int" | "iint" | "iiint" | "oint" => Tok::Mark(Mark::Int),
        "lim" | "limsup" | "liminf" => Tok::Mark(Mark::Lim),
        "cdot" | "times" | "ast" | "star" | "bullet" | "cdotp" => Tok::Op('*'),
        "div" => Tok::Op('/'),
        "pm" => Tok::Op('±'),
        "mp" => Tok::Op('∓'),
        "infty" | "infin" => Tok::Infinity,
        "le" | "leq" | "leqslant" | "leqq" | "lte" => Tok::Rel(Rel::Le),
        "ge" | "geq" | "geqslant" | "geqq" | "gte" => Tok::Rel(Rel::Ge),
        "lt" => Tok::Rel(Rel::Lt),
        "gt" => Tok::Rel(Rel::Gt),
        "ne" | "neq" | "not=" => Tok::Rel(Rel::Ne),
        "approx" | "approxeq" | "simeq" | "doteq" | "sim" => Tok::Rel(Rel::Approx),
        "equiv" | "cong" => Tok::Rel(Rel::Equiv),
        "coloneqq" => Tok::Rel(Rel::Eq),
        "in" | "isin" => Tok::Rel(Rel::In),
        "to" | "rightarrow" | "longrightarrow" | "mapsto" => Tok::Mark(Mark::To),
        "Rightarrow" | "implies" | "Longrightarrow" | "iff" | "Leftrightarrow" | "Longleftrightarrow" => Tok::Mark(Mark::Implies),
        "therefore" => Tok::Mark(Mark::Implies),
        "cup" | "bigcup" => Tok::Op('∪'),
        "cap" | "bigcap" => Tok::Op('∩'),
        "setminus" | "backslash" | "smallsetminus" => Tok::Op('∖'),
        "emptyset" | "varnothing" => Tok::Empty,
        "ldots" | "dots" | "cdots" | "dotsc" | "dotsb" | "vdots" | "ddots" | "hdots" => Tok::Ellipsis,
        "circ" | "degree" => Tok::Degree,
        "prime" => Tok::Op('\''),
        "land" | "wedge" => Tok::And,
        "lor" | "vee" => Tok::Or,
        "lfloor" => Tok::Open('⌊'),
        "rfloor" => Tok::Close('⌋'),
        "lceil" => Tok::Open('⌈'),
        "rceil" => Tok::Close('⌉'),
        "langle" => Tok::Open('⟨'),
        "rangle" => Tok::Close('⟩'),
        "lbrace" => Tok::Open('{'),
        "rbrace" => Tok::Close('}'),
        "lbrack" => Tok::Open('['),
        "rbrack" => Tok::Close(']'),
        "lparen" => Tok::Open('('),
        "rparen" => Tok::Close(')'),
        "vert" | "lvert" | "rvert" | "mid" | "mvert" => Tok::Op('|'),
        "Vert" | "lVert" | "rVert" | "parallel" => Tok::Op('‖'),
        "colon" | "ratio" => Tok::Op(':'),
        "over" => Tok::Mark(Mark::Over),
        "choose" => Tok::Mark(Mark::Choose),
        "angle" | "triangle" | "measuredangle" | "square" => Tok::Shape,
        "partial" => Tok::Letter('d'),
        "mod" | "bmod" => Tok::Mark(Mark::Mod),
        "pmod" | "pod" => Tok::Mark(Mark::Pmod),
        "percent" => Tok::Percent,
        "cent" => Tok::Word("cents".into()),
        "dollar" | "textdollar" => Tok::Currency('$'),
        "pounds" | "textsterling" => Tok::Currency('£'),
        "euro" | "texteuro" => Tok::Currency('€'),
        "yen" | "textyen" => Tok::Currency('¥'),
        "R" | "Reals" | "reals" => Tok::NumberSet('R'),
        "Z" | "N" | "Q" | "C" => Tok::NumberSet(name.chars().next().unwrap_or('Z')),
        "imath" => Tok::Letter('i'),
        "jmath" => Tok::Letter('j'),
        "forall" => Tok::Word("for all".into()),
        "perp" => Tok::Word("perpendicular".into()),
        _ => return None,
    })
}

/// The Greek letter called `name`.
pub(super) fn greek(name: &str) -> Option<char> {
    GREEK.iter().find(|(known, _)| *known == name).map(|&(_, letter)| letter)
}

/// What a character outside ASCII stands for, in ASCII or LaTeX; `None` where it stands for itself.
pub(super) fn unicode(char: char) -> Option<&'static str> {
    Some(match char {
        '−' | '–' | '﹣' | '－' | '‐' | '‑' | '—' => "-",
        '×' | '⋅' | '·' | '∙' | '∗' | '⨯' | '＊' | '•' => "*",
        '÷' | '∕' | '／' | '⁄' => "/",
        '＋' => "+",
        '＝' => "=",
        '＜' => "<",
        '＞' => ">",
        '√' => "\\sqrt ",
        '∛' => "\\sqrt[3] ",
        '∜' => "\\sqrt[4] ",
        '∞' => "\\infty ",
        '≤' | '⩽' | '≦' => "\\le ",
        '≥' | '⩾' | '≧' => "\\ge ",
        '≠' => "\\ne ",
        '≈' | '≃' | '∼' => "\\approx ",
        '≡' | '≅' => "\\equiv ",
        '∈' => "\\in ",
        '∪' | '⋃' => "\\cup ",
        '∩' | '⋂' => "\\cap ",
        '∖' => "\\setminus ",
        '∅' | '⌀' => "\\emptyset ",
        '±' => "\\pm ",
        '∓' => "\\mp ",
        '²' => "^{2}",
        '³' => "^{3}",
        '¹' => "^{1}",
        '⁰' => "^{0}",
        '⁴' => "^{4}",
        '⁵' => "^{5}",
        '⁶' => "^{6}",
        '⁷' => "^{7}",
        '⁸' => "^{8}",
        '⁹' => "^{9}",
        '⁻' => "^{-}",
        'ⁿ' => "^{n}",
        'ˣ' => "^{x}",
        '₀' => "_{0}",
        '₁' => "_{1}",
        '₂' => "_{2}",
        '₃' => "_{3}",
        '₄' => "_{4}",
        '₅' => "_{5}",
        '₆' => "_{6}",
        '₇' => "_{7}",
        '₈' => "_{8}",
        '₉' => "_{9}",
        '½' => "\\frac{1}{2}",
        '⅓' => "\\frac{1}{3}",
        '⅔' => "\\frac{2}{3}",
        '¼' => "\\frac{1}{4}",
        '¾' => "\\frac{3}{4}",
        '⅕' => "\\frac{1}{5}",
        '⅖' => "\\frac{2}{5}",
        '⅗' => "\\frac{3}{5}",
        '⅘' => "\\frac{4}{5}",
        '⅙' => "\\frac{1}{6}",
        '⅚' => "\\frac{5}{6}",
        '⅛' => "\\frac{1}{8}",
        '⅜' => "\\frac{3}{8}",
        '⅝' => "\\frac{5}{8}",
        '⅞' => "\\frac{7}{8}",
        '°' | '˚' | 'º' => "\\circ ",
        '′' | '’' | '‘' => "'",
        '″' | '“' | '”' => "\"",
        '…' | '⋯' => "\\ldots ",
        '（' => "(",
        '）' => ")",
        '［' | '【' => "[",
        '］' | '】' => "]",
        '｛' => "\\{",
        '｝' => "\\}",
        '，' => ", ",
        '、' => ", ",
        '；' => "; ",
        '：' | '∶' => ":",
        '。' | '．' => ".",
        '％' => "%",
        '⟨' | '〈' => "\\langle ",
        '⟩' | '〉' => "\\rangle ",
        '⌊' => "\\lfloor ",
        '⌋' => "\\rfloor ",
        '⌈' => "\\lceil ",
        '⌉' => "\\rceil ",
        '∣' | '｜' => "|",
        '∥' | '‖' => "\\Vert ",
        '∑' => "\\sum ",
        '∏' => "\\prod ",
        '∫' => "\\int ",
        '∠' => "\\angle ",
        '△' => "\\triangle ",
        '∂' => "\\partial ",
        '→' => "\\to ",
        '⇒' | '⟹' | '⇔' | '∴' => "\\implies ",
        'ℝ' => "\\mathbb{R}",
        'ℤ' => "\\mathbb{Z}",
        'ℕ' => "\\mathbb{N}",
        'ℚ' => "\\mathbb{Q}",
        'ℂ' => "\\mathbb{C}",
        '∧' => "\\land ",
        '∨' => "\\lor ",
        '或' => "\\text{ or }",
        '和' | '与' | '及' => "\\text{ and }",
        _ => return None,
    })
}

/// The ASCII letter or digit that a mathematical alphanumeric or a full-width character stands for.
pub(super) fn plain(char: char) -> char {
    let code = char as u32;
    let ascii = |code: u32| char::from_u32(code).unwrap_or(char);
    match code {
        0xFF10..=0xFF19 => ascii(code - 0xFF10 + 0x30),
        0xFF21..=0xFF3A => ascii(code - 0xFF21 + 0x41),
        0xFF41..=0xFF5A => ascii(code - 0xFF41 + 0x61),
        0x1D400..=0x1D6A3 => {
            let at = (code - 0x1D400) % 52;
            ascii(if at < 26 { 0x41 + at } else { 0x61 + at - 26 })
        }
        0x1D7CE..=0x1D7FF => ascii((code - 0x1D7CE) % 10 + 0x30),
        0x210E => 'h',
        0x03D5 => 'φ',
        0x03D1 => 'θ',
        0x03F5 => 'ε',
        _ => char,
    }
}
