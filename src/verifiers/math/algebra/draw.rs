//! Draws the points at which functions are compared. In: two expressions, and which point it is. Out: the value of one
//! symbol there. Never: a point that an answer could be made to fit: every draw depends on both sides.

use dashu_int::IBig;

use super::ball::Ball;
use super::complex::Complex;
use super::points::fingerprint;
use crate::verifiers::math::expr::Expr;

/// The same stream for the same pair, whichever comes first, and none that an answer could aim at.
pub struct Stream(u64);

impl Stream {
    pub fn new(a: &Expr, b: &Expr) -> Self {
        Self(fingerprint(a) ^ fingerprint(b))
    }

    /// Splitmix64.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Numbers in the expression near which it may change its form.
pub fn landmarks(expr: &Expr, found: &mut Vec<i64>) {
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        match expr {
            Expr::Number(number) if found.len() < 16 => {
                if let Some((over, under)) = number.to_small() {
                    let near = over / under;
                    if near.abs() < 1 << 30 && near.abs() > 1 && !found.contains(&near.abs()) {
                        found.push(near.abs());
                    }
                }
            }
            Expr::Sum(parts) | Expr::Product(parts) | Expr::Apply(_, parts) => open.extend(parts),
            Expr::Power(pair) => open.extend([&pair.0, &pair.1]),
            Expr::Bound(bound) => {
                open.push(&bound.body);
                open.extend(&bound.ends);
            }
            _ => {}
        }
    }
}

/// One symbol's value: positive and small, positive and large, of either sign, near a number of the
/// expression, whole.
pub fn coordinate(index: usize, whole: bool, complex: bool, marks: &[i64], stream: &mut Stream) -> Complex {
    let random = stream.next();
    let fraction = (random >> 8 & 0xf_ffff) as i64 | 1; // 20 bits, never 0
    let sign = if random & 1 == 0 { 1 } else { -1 };
    let dyadic = |over: i64, bits: i64| Ball { middle: IBig::from(over), radius: 0, exponent: -bits };
    if whole || index >= 32 {
        let value = (random >> 32) as i64 % (4 + index as i64) + i64::from(index.is_multiple_of(3));
        let value = if index % 8 == 7 { -value } else { value };
        return Complex::real(Ball::integer(value));
    }
    let re = match index % 8 {
        0 | 4 => dyadic(fraction, 20),
        1 => dyadic(fraction, 16),
        2 => dyadic(-fraction, 18),
        3 => dyadic(sign * fraction, 17),
        5 => dyadic(fraction, 12),
        6 => dyadic(sign * fraction, 10),
        _ => match marks.get((random >> 40) as usize % marks.len().max(1)) {
            Some(mark) => dyadic(sign * (mark << 10) + fraction % 2_048, 10),
            None => dyadic(-fraction, 14),
        },
    };
    if complex && index % 2 == 1 {
        let im = (stream.next() >> 16 & 0xf_ffff) as i64 | 1;
        return Complex { re, im: dyadic(sign * im, 19) };
    }
    Complex::real(re)
}

/// One symbol's value where functions are made of pieces: on both sides of the numbers of the expression, and at
/// every size from an eighth to four thousand, of either sign. `alone` says that no other symbol is drawn, so that
/// places may follow each other; with several they are drawn.
pub fn on_pieces(index: usize, alone: bool, marks: &[i64], stream: &mut Stream) -> Complex {
    let random = stream.next();
    let fraction = (random >> 8 & 0xf_ffff) as i64 | 1; // 20 bits, never 0
    let turn = if alone { index / 2 } else { (random >> 40) as usize };
    let sign = if turn.is_multiple_of(2) { 1 } else { -1 };
    let dyadic = |over: i64, bits: i64| Ball { middle: IBig::from(over), radius: 0, exponent: -bits };
    let near = if alone { index % 2 == 1 } else { random & 1 == 1 };
    match marks.get(turn / 4 % marks.len().max(1)) {
        Some(mark) if near => {
            // Up to one below or above.
            let side = if turn / 2 % 2 == 0 { fraction } else { -fraction };
            Complex::real(dyadic(sign * (mark << 20) + side, 20))
        }
        // Sizes that follow each other in no order: 5 and 16 have no common factor.
        _ => Complex::real(dyadic(sign * fraction, 23 - (turn * 5 % 16) as i64)),
    }
}
