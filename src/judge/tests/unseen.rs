//! What was not seen, and pictures too poor to be called clear.

use super::super::settings::{POOR, Settings};
use super::super::{ReasonCode, UnseenCause, Verdict, judge};
use super::{contract, inference, judged, prepared};
use crate::prepare::{PixelState, Prepared};
use crate::scan::{BoxPx, Metadata, Warning};
use ndarray::s;

#[test]
fn what_the_beam_did_not_get_through_is_never_clear() {
    let mut prepared = prepared();
    prepared.state.slice_mut(s![50..70, 300..330]).fill(PixelState::Shielded);
    let judgement = judged(&prepared, &inference(&prepared));
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    assert_eq!(judgement.reasons[0].code, ReasonCode::Shielded);
    assert_eq!(judgement.unseen.len(), 1);
    let expected = BoxPx { x: 100 + 600, y: 50 + 100, width: 60, height: 40 };
    assert_eq!(judgement.unseen[0].box_px, expected, "whole cells of 20 mm");
    // A speck does not count, nor does the steel edge of a roof however long.
    prepared.state.fill(PixelState::Valid);
    prepared.state.slice_mut(s![50..55, 300..305]).fill(PixelState::Shielded);
    prepared.state.slice_mut(s![0..7, ..]).fill(PixelState::Shielded);
    assert_eq!(judged(&prepared, &inference(&prepared)).verdict, Verdict::Clear);
    // Anything that holds a square of 100 mm does, wherever it lies.
    for offset in 0..4 {
        prepared.state.fill(PixelState::Valid);
        let (row, column) = (101 + offset, 403 + offset);
        prepared.state.slice_mut(s![row..row + 10, column..column + 10]).fill(PixelState::Shielded);
        assert_eq!(judged(&prepared, &inference(&prepared)).verdict, Verdict::Inconclusive, "{offset}");
    }
}

#[test]
fn much_that_is_shielded_in_small_pieces_is_never_clear() {
    let mut prepared = prepared();
    // Bars of 80 mm at a pitch of 160 mm: none holds a square of 100 mm.
    // They lie across the cells in which squares are looked for.
    for column in (61..1160).step_by(16) {
        prepared.state.slice_mut(s![40..220, column..column + 8]).fill(PixelState::Shielded);
    }
    let judgement = judged(&prepared, &inference(&prepared));
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    let messages: Vec<&str> = judgement.reasons.iter().map(|reason| reason.message.as_str()).collect();
    assert!(messages.iter().any(|m| m.contains("% of the picture within its edges, the limit is 5 %")), "{messages:?}");
    assert_eq!(judgement.unseen.len(), 50, "as many as regions");
    assert!(judgement.unseen.iter().all(|area| area.cause == UnseenCause::Shielded));
    // Under the limit nothing of it is listed.
    let settings = Settings { max_shielded_share: 0.4, ..Settings::default() }.check().unwrap();
    let judge = |prepared: &Prepared| {
        judge(prepared, &inference(prepared), &contract(), &Metadata::default(), &[], &settings).unwrap()
    };
    assert!(judge(&prepared).unseen.is_empty());
    // The steel along the sides does not count.
    prepared.state.fill(PixelState::Valid);
    for edge in [s![0..6, ..], s![253..259, ..], s![.., 0..6], s![.., 1213..1219]] {
        prepared.state.slice_mut(edge).fill(PixelState::Shielded);
    }
    assert_eq!(judged(&prepared, &inference(&prepared)).verdict, Verdict::Clear);
}

#[test]
fn flagged_and_shielded_says_both() {
    let mut prepared = prepared();
    prepared.state.slice_mut(s![50..70, 300..330]).fill(PixelState::Shielded);
    let mut inference = inference(&prepared);
    inference.map.as_mut().unwrap().scores.slice_mut(s![40..80, 290..340]).fill(0.8);
    let judgement = judged(&prepared, &inference);
    assert_eq!(judgement.verdict, Verdict::Flagged);
    let codes: Vec<_> = judgement.reasons.iter().map(|reason| reason.code).collect();
    assert_eq!(codes, [ReasonCode::Score, ReasonCode::Shielded]);
    assert!((judgement.regions[0].shielded_share - 0.3).abs() < 1e-6);
}

#[test]
fn a_picture_that_was_mostly_repaired_is_inconclusive() {
    let mut prepared = prepared();
    prepared.state.slice_mut(s![.., 0..400]).fill(PixelState::Repaired);
    let judgement = judged(&prepared, &inference(&prepared));
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    assert_eq!(judgement.reasons[0].code, ReasonCode::Repaired);
}

#[test]
fn a_repaired_block_is_not_seen_either_and_noise_opens_no_hole_in_a_shield() {
    let mut prepared = prepared();
    prepared.state.slice_mut(s![100..125, ..]).fill(PixelState::Repaired);
    let judgement = judged(&prepared, &inference(&prepared));
    assert_eq!((judgement.verdict, judgement.reasons[0].code), (Verdict::Inconclusive, ReasonCode::Repaired));
    assert_eq!(judgement.unseen[0].cause, UnseenCause::Repaired);
    prepared.state.fill(PixelState::Valid);
    for row in 50..100 {
        for column in 300..350 {
            // Every eighth pixel counts as measured by chance, and every 17th column was repaired.
            let hole = (row * 7 + column * 3) % 8 == 0;
            let state = if column % 17 == 0 { PixelState::Repaired } else { PixelState::Shielded };
            prepared.state[[row, column]] = if hole { PixelState::Valid } else { state };
        }
    }
    let judgement = judged(&prepared, &inference(&prepared));
    assert_eq!((judgement.verdict, judgement.reasons[0].code), (Verdict::Inconclusive, ReasonCode::Shielded));
    assert!(judgement.unseen[0].area_mm2 > 150_000.0);
}

#[test]
fn a_poor_picture_is_inconclusive_unless_that_is_accepted() {
    let mut prepared = prepared();
    for code in POOR.into_iter().filter(|code| *code != "planes_differ") {
        prepared.warnings = vec![Warning::new(code, "why")];
        let judgement = judged(&prepared, &inference(&prepared));
        assert_eq!((judgement.verdict, judgement.reasons[0].code), (Verdict::Inconclusive, ReasonCode::Poor), "{code}");
        let settings = Settings { accept: vec![code.to_owned()], ..Settings::default() }.check().unwrap();
        let accepted =
            judge(&prepared, &inference(&prepared), &contract(), &Metadata::default(), &[], &settings).unwrap();
        assert_eq!(accepted.verdict, Verdict::Clear, "{code}");
    }
    // What the reading warned of counts as well.
    let read = [Warning::new("intensity_not_linear", "LOG")];
    let settings = Settings::default().check().unwrap();
    prepared.warnings.clear();
    let judgement =
        judge(&prepared, &inference(&prepared), &contract(), &Metadata::default(), &read, &settings).unwrap();
    assert_eq!((judgement.verdict, judgement.reasons[0].code), (Verdict::Inconclusive, ReasonCode::Poor));
    prepared.warnings = vec![Warning::new("eight_bit_export", "not a reason by itself")];
    assert_eq!(judged(&prepared, &inference(&prepared)).verdict, Verdict::Clear);
}

#[test]
fn two_views_given_as_two_energies_are_noticed() {
    let mut prepared = prepared();
    prepared.attenuation[0].slice_mut(s![50..150, 100..400]).fill(2.0);
    prepared.attenuation[1].slice_mut(s![50..150, 100..400]).fill(2.4);
    assert_eq!(judged(&prepared, &inference(&prepared)).verdict, Verdict::Clear);
    prepared.attenuation[1].fill(0.99);
    prepared.attenuation[1].slice_mut(s![50..150, 700..1000]).fill(2.4);
    let judgement = judged(&prepared, &inference(&prepared));
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    assert!(judgement.reasons[0].message.starts_with("planes_differ"), "{:?}", judgement.reasons);
    // A plane that shows nothing at all is no second energy.
    prepared.attenuation[1].fill(0.0);
    let judgement = judged(&prepared, &inference(&prepared));
    assert!(judgement.reasons[0].message.starts_with("planes_differ"), "{:?}", judgement.reasons);
}
