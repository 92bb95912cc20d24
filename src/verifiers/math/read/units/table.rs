//! The units of measure that are known by name. Tables only. Never: a factor that is not exact.

/// Base units with their powers, sorted by name.
pub(super) type Dimension = &'static [(&'static str, i32)];

const LENGTH: Dimension = &[("m", 1)];
const AREA: Dimension = &[("m", 2)];
const VOLUME: Dimension = &[("m", 3)];
const MASS: Dimension = &[("g", 1)];
const TIME: Dimension = &[("s", 1)];
const RATE: Dimension = &[("s", -1)];
const SPEED: Dimension = &[("m", 1), ("s", -1)];
const FORCE: Dimension = &[("g", 1), ("m", 1), ("s", -2)];
const ENERGY: Dimension = &[("g", 1), ("m", 2), ("s", -2)];
const POWER: Dimension = &[("g", 1), ("m", 2), ("s", -3)];
const PRESSURE: Dimension = &[("g", 1), ("m", -1), ("s", -2)];
const CURRENT: Dimension = &[("A", 1)];
const CHARGE: Dimension = &[("A", 1), ("s", 1)];
const VOLTAGE: Dimension = &[("A", -1), ("g", 1), ("m", 2), ("s", -3)];
const RESISTANCE: Dimension = &[("A", -2), ("g", 1), ("m", 2), ("s", -3)];
const MONTHS: Dimension = &[("month", 1)];
const DOLLARS: Dimension = &[("$", 1)];
const YUAN: Dimension = &[("yuan", 1)];

/// Names and symbols, dimension, and the factor to its base units as numerator and denominator. SI by definition;
/// the yard and pound agreement of 1959; 1 h = 3600 s. Gallons and pints are the US ones: 1 gal is 231 cubic inches,
/// an acre 43,560 square feet. The base of mass is the gram.
const UNITS: [(&[&str], Dimension, i64, i64); 98] = [
    (&["m", "meter", "metre", "米"], LENGTH, 1, 1),
    (&["km", "kilometer", "kilometre", "kms", "千米", "公里"], LENGTH, 1000, 1),
    (&["cm", "centimeter", "centimetre", "cms", "厘米"], LENGTH, 1, 100),
    (&["mm", "millimeter", "millimetre", "毫米"], LENGTH, 1, 1000),
    (&["dm", "decimeter", "decimetre", "分米"], LENGTH, 1, 10),
    (&["μm", "um", "micrometer", "micron"], LENGTH, 1, 1_000_000),
    (&["nm", "nanometer", "nanometre"], LENGTH, 1, 1_000_000_000),
    (&["in", "inch", "inche", "inches"], LENGTH, 254, 10_000),
    (&["ft", "foot", "feet"], LENGTH, 3048, 10_000),
    (&["yd", "yard"], LENGTH, 9144, 10_000),
    (&["mi", "mile"], LENGTH, 1_609_344, 1000),
    (&["hectare", "ha", "公顷"], AREA, 10_000, 1),
    (&["acre"], AREA, 40_468_564_224, 10_000_000),
    (&["L", "l", "liter", "litre", "升"], VOLUME, 1, 1000),
    (&["mL", "ml", "milliliter", "millilitre", "cc", "毫升"], VOLUME, 1, 1_000_000),
    (&["gal", "gallon"], VOLUME, 3_785_411_784, 1_000_000_000_000),
    (&["quart", "qt"], VOLUME, 946_352_946, 1_000_000_000_000),
    (&["pint", "pt"], VOLUME, 473_176_473, 1_000_000_000_000),
    (&["cup"], VOLUME, 473_176_473, 2_000_000_000_000),
    (&["g", "gram", "gm", "gramme", "克"], MASS, 1, 1),
    (&["kg", "kilogram", "kilo", "kgs", "千克", "公斤"], MASS, 1000, 1),
    (&["mg", "milligram"], MASS, 1, 1000),
    (&["lb", "pound", "lbs"], MASS, 45_359_237, 100_000),
    (&["oz", "ounce"], MASS, 45_359_237, 1_600_000),
    (&["ton", "tonne", "吨"], &[("t", 1)], 1, 1),
    (&["s", "sec", "second", "secs", "秒"], TIME, 1, 1),
    (&["ms", "millisecond"], TIME, 1, 1000),
    (&["μs", "microsecond"], TIME, 1, 1_000_000),
    (&["μg", "microgram"], MASS, 1, 1_000_000),
    (&["min", "minute", "mins", "分钟"], TIME, 60, 1),
    (&["h", "hr", "hour", "hrs", "小时"], TIME, 3600, 1),
    (&["day", "天"], TIME, 86_400, 1),
    (&["week", "周"], TIME, 604_800, 1),
    (&["month", "个月"], MONTHS, 1, 1),
    (&["yr", "year", "年"], MONTHS, 12, 1),
    (&["mph"], SPEED, 1_609_344, 3_600_000),
    (&["kph", "kmh"], SPEED, 1000, 3600),
    (&["Hz", "hertz"], RATE, 1, 1),
    (&["kHz"], RATE, 1000, 1),
    (&["MHz"], RATE, 1_000_000, 1),
    (&["GHz"], RATE, 1_000_000_000, 1),
    (&["N", "newton"], FORCE, 1000, 1),
    (&["kN"], FORCE, 1_000_000, 1),
    (&["J", "joule"], ENERGY, 1000, 1),
    (&["kJ", "kilojoule"], ENERGY, 1_000_000, 1),
    (&["MJ"], ENERGY, 1_000_000_000, 1),
    (&["kWh"], ENERGY, 3_600_000_000, 1),
    (&["W", "watt"], POWER, 1000, 1),
    (&["kW", "kilowatt"], POWER, 1_000_000, 1),
    (&["MW", "megawatt"], POWER, 1_000_000_000, 1),
    (&["Pa", "pascal"], PRESSURE, 1000, 1),
    (&["kPa"], PRESSURE, 1_000_000, 1),
    (&["MPa"], PRESSURE, 1_000_000_000, 1),
    (&["A", "amp", "ampere"], CURRENT, 1, 1),
    (&["mA"], CURRENT, 1, 1000),
    (&["C", "coulomb"], CHARGE, 1, 1),
    (&["μC"], CHARGE, 1, 1_000_000),
    (&["V", "volt"], VOLTAGE, 1000, 1),
    (&["mV"], VOLTAGE, 1, 1),
    (&["kV"], VOLTAGE, 1_000_000, 1),
    (&["Ω", "ohm"], RESISTANCE, 1000, 1),
    (&["kΩ"], RESISTANCE, 1_000_000, 1),
    (&["T", "tesla"], &[("A", -1), ("g", 1), ("s", -2)], 1000, 1),
    (&["Wb", "weber"], &[("A", -1), ("g", 1), ("m", 2), ("s", -2)], 1000, 1),
    (&["farad"], &[("A", 2), ("g", -1), ("m", -2), ("s", 4)], 1, 1000),
    (&["henry"], &[("A", -2), ("g", 1), ("m", 2), ("s", -2)], 1000, 1),
    (&["atm", "atmosphere"], &[("atm", 1)], 1, 1),
    (&["K", "kelvin"], &[("K", 1)], 1, 1),
    (&["mol", "mole"], &[("mol", 1)], 1, 1),
    (&["eV"], &[("eV", 1)], 1, 1),
    (&["keV"], &[("eV", 1)], 1000, 1),
    (&["MeV"], &[("eV", 1)], 1_000_000, 1),
    (&["GeV"], &[("eV", 1)], 1_000_000_000, 1),
    (&["rad", "radian", "弧度"], &[("rad", 1)], 1, 1),
    (&["度"], &[("°", 1)], 1, 1),
    (&["°C", "celsius", "Celsius"], &[("°C", 1)], 1, 1),
    (&["°F", "fahrenheit", "Fahrenheit"], &[("°F", 1)], 1, 1),
    (&["dollar", "usd", "USD", "buck", "美元"], DOLLARS, 1, 1),
    (&["cent", "¢", "美分"], DOLLARS, 1, 100),
    (&["euro", "EUR", "欧元"], &[("€", 1)], 1, 1),
    (&["pence", "penny", "pennies"], &[("penny", 1)], 1, 1),
    (&["GBP", "英镑"], &[("£", 1)], 1, 1),
    (&["yuan", "元", "rmb", "RMB"], YUAN, 1, 1),
    (&["角"], YUAN, 1, 10),
    (&["万元"], YUAN, 10_000, 1),
    (&["yen", "日元"], &[("yen", 1)], 1, 1),
    (&["rupee", "Rs", "INR"], &[("₹", 1)], 1, 1),
    (&["dozen"], &[("dozen", 1)], 1, 1),
    (&["AU"], &[("AU", 1)], 1, 1),
    (&["ly", "lightyear"], &[("ly", 1)], 1, 1),
    (&["pc", "parsec"], &[("pc", 1)], 1, 1),
    (&["erg"], ENERGY, 1, 10_000),
    (&["dyne"], FORCE, 1, 100),
    (&["cal", "calorie"], &[("cal", 1)], 1, 1),
    (&["kcal"], &[("cal", 1)], 1000, 1),
    (&["bar"], PRESSURE, 100_000_000, 1),
    (&["Torr", "mmHg"], &[("mmHg", 1)], 1, 1),
    (&["rpm"], &[("rpm", 1)], 1, 1),
];

/// The unit called `name`: its dimension and its factor, as numerator and denominator. Longer names in any case, and
/// in the plural.
pub(super) fn lookup(name: &str) -> Option<(Dimension, i64, i64)> {
    // Written with a capital by mistake; `Mg` is no milligram.
    let name = match name {
        "Km" => "km",
        "Kg" => "kg",
        "Cm" => "cm",
        "Ft" => "ft",
        "Hr" => "hr",
        "Ml" => "mL",
        name => name,
    };
    let find = |name: &str| {
        UNITS
            .iter()
            .find(|(names, ..)| names.contains(&name))
            .map(|&(_, dimension, over, under)| (dimension, over, under))
    };
    find(name).or_else(|| {
        let lower = name.to_lowercase();
        let singular = lower.strip_suffix('s').filter(|stem| stem.len() > 2).unwrap_or(&lower);
        if name.len() > 2 { find(singular).or_else(|| find(&lower)) } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_for_two_units() {
        let names: Vec<&str> = UNITS.iter().flat_map(|(names, ..)| names.iter().copied()).collect();
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name), "{name}");
        }
    }

    #[test]
    fn every_dimension_is_sorted() {
        for (names, dimension, over, under) in UNITS {
            assert!(dimension.is_sorted() && over > 0 && under > 0, "{names:?}");
        }
    }
}
