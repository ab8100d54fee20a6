//! What a member of an organization may do, as version 2 of the claims packs it: a mask of permissions per feature.
//!
//! The claim `fea` lists features, `per` the names of permissions, and `fpm` one decimal number per feature of the
//! organization, in their order: where its bit `j` is set, counted from the lowest, the member has `per[j]` of that
//! feature. A mask has as many bits as there are permissions, so it is no machine number (R14).

use super::scopes::{Owner, Scoped, trim};

/// More permissions than this and none is granted. Clerk's own bound is far lower; this one bounds the work.
pub const MAX_PERMISSIONS: usize = 1_024;
/// A longer mask grants nothing, in digits: more than [`MAX_PERMISSIONS`] bits need.
pub const MAX_MASK_DIGITS: usize = 1_024;

/// Hands every permission to `each`, as its feature and its name, in the order of the features. O(features × permissions).
///
/// Bits beyond the last permission are nobody's; a feature without a mask has no permission, nor one whose mask is no
/// decimal number.
pub(super) fn each_permission<'a>(
    features: &'a Scoped<'a>,
    permissions: &'a str,
    masks: &str,
    mut each: impl FnMut(&'a str, &'a str),
) {
    if permissions.is_empty() || masks.is_empty() {
        return;
    }
    let names: Vec<&str> = permissions.split(',').map(trim).take(MAX_PERMISSIONS + 1).collect();
    if names.len() > MAX_PERMISSIONS {
        return;
    }
    let mut mask = Mask::default();
    for (feature, digits) in features.slugs(Owner::Organization).zip(masks.split(',')) {
        if mask.read(trim(digits), names.len()).is_some() {
            names.iter().enumerate().filter(|(bit, _)| mask.has(*bit)).for_each(|(_, name)| each(feature, name));
        }
    }
}

/// The lowest bits of a number of any size, 64 to a limb, the lowest limb first.
#[derive(Default)]
struct Mask(Vec<u64>);

impl Mask {
    /// Reads a decimal number and keeps its lowest `bits`, and up to 63 more. `None` if it is none, or too long.
    fn read(&mut self, digits: &str, bits: usize) -> Option<()> {
        self.0.clear();
        self.0.resize(bits.div_ceil(64), 0);
        let significant = digits.trim_start_matches('0');
        if digits.is_empty() || significant.len() > MAX_MASK_DIGITS || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        // 19 digits at a time: the most that are sure to fit a limb.
        for chunk in significant.as_bytes().chunks(19) {
            let value = chunk.iter().fold(0_u64, |value, digit| value * 10 + u64::from(digit - b'0'));
            self.shift_in(10_u64.pow(u32::try_from(chunk.len()).ok()?), value);
        }
        Some(())
    }

    /// Times `factor` plus `carry`; what does not fit is cut off at the top.
    fn shift_in(&mut self, factor: u64, mut carry: u64) {
        for limb in &mut self.0 {
            (*limb, carry) = multiplied(*limb, factor, carry);
        }
    }

    fn has(&self, bit: usize) -> bool {
        self.0.get(bit / 64).is_some_and(|limb| limb >> (bit % 64) & 1 == 1)
    }
}

/// `limb × factor + carry`, as its low and its high half.
#[expect(clippy::cast_possible_truncation, reason = "the two halves are what is wanted")]
fn multiplied(limb: u64, factor: u64, carry: u64) -> (u64, u64) {
    let product = u128::from(limb) * u128::from(factor) + u128::from(carry);
    (product as u64, (product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(fea: &str, per: &str, fpm: &str) -> Vec<String> {
        let (mut all, features) = (Vec::new(), Scoped::new(Some(fea.into())));
        each_permission(&features, per, fpm, |feature, name| all.push(format!("{feature}:{name}")));
        all
    }

    /// 2^n in decimal, by doubling.
    fn power(n: usize) -> String {
        let mut digits = vec![1_u8];
        for _ in 0..n {
            let mut carry = 0;
            for digit in &mut digits {
                let twice = *digit * 2 + carry;
                (*digit, carry) = (twice % 10, twice / 10);
            }
            if carry > 0 {
                digits.push(carry);
            }
        }
        digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
    }

    #[test]
    fn r14_every_single_bit_of_masks_of_any_width_is_found() {
        for width in [1, 53, 60, 63, 64, 65, 128, 130, MAX_PERMISSIONS] {
            let names: Vec<String> = (0..width).map(|n| format!("p{n}")).collect();
            for bit in [0, 1, 31, 52, 53, 59, 60, 63, 64, 127, 129, width - 1].into_iter().filter(|bit| *bit < width) {
                let found = decode("o:f", &names.join(","), &power(bit));
                assert_eq!(found, [format!("f:p{bit}")], "{width} wide");
            }
        }
    }

    #[test]
    fn r14_bits_beyond_the_permissions_are_nobodys() {
        assert_eq!(decode("o:f", "a,b", &power(64)), [""; 0]);
        assert_eq!(decode("o:f", "a,b", "7"), ["f:a", "f:b"]);
    }

    #[test]
    fn features_and_masks_go_together_in_order() {
        assert_eq!(decode("o:a, u:b,uo:c,x:d,o:e:f", "r,w", "1, 2 ,3"), ["a:r", "c:w", "e:f:r", "e:f:w"]);
        assert_eq!(decode("o:a,o:b", "r,w", "3"), ["a:r", "a:w"]);
        assert_eq!(decode("o:a", "r,w", "1,3"), ["a:r"]);
    }

    #[test]
    fn what_is_no_mask_grants_nothing() {
        for mask in ["", " ", "-1", "+1", "1.0", "0x1", "1e3", "１", &"1".repeat(MAX_MASK_DIGITS + 1)] {
            assert_eq!(decode("o:f", "a", mask), [""; 0], "{mask}");
        }
        assert_eq!(decode("o:f,o:g", "a", "x,1"), ["g:a"]);
        assert_eq!(decode("o:f", "a", &format!("{}1", "0".repeat(5_000))), ["f:a"]);
        assert_eq!(decode("o:f", &vec!["a"; MAX_PERMISSIONS + 1].join(","), "1"), [""; 0]);
    }

    #[test]
    fn a_list_with_an_element_that_nobody_can_read_grants_nothing() {
        assert_eq!(decode("o:a,b,o:c", "r", "1,1"), [""; 0]);
        assert_eq!(decode("o:a,", "r", "1"), [""; 0]);
    }
}
