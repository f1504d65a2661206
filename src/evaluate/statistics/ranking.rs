//! Scores in order: every figure that depends on the order alone, in one pass over cases that were sorted once.
//!
//! A case alarms at a threshold when its score is at least the threshold, so equal scores always alarm together.

use super::error::{Result, numbers, same_length};
use super::wanted::Wanted;
use super::weights::Weights;

/// The detection rate at a bound on the false-alarm rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// The bound that was asked for.
    pub rate: f64,
    /// Share of the positive cases that alarm; the highest of any threshold that keeps the bound, not interpolated.
    pub detected: f64,
    /// Share of the negative cases that alarm there, at most `rate`.
    pub false_alarms: f64,
    /// The highest threshold that gives this detection rate within the bound; infinity where none but silence keeps it.
    pub threshold: f64,
}

/// The area under the ROC curve up to a false-alarm rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartialAuc {
    /// The limit that was asked for.
    pub rate: f64,
    /// The area, 0..=`rate`.
    pub raw: f64,
    /// The standardised area of `McClish`, as scikit-learn's `max_fpr` gives it: 1 is perfect, 0.5 chance.
    pub standardised: f64,
}

impl PartialAuc {
    /// `(1 + (raw - min) / (max - min)) / 2` with `min = rate^2 / 2` and `max = rate` (`McClish`, Medical Decision Making 9, 1989).
    pub(in crate::evaluate) fn new(rate: f64, raw: f64) -> Self {
        let least = 0.5 * rate * rate;
        // scikit-learn leaves the whole area as it is.
        let standardised = if rate >= 1.0 { raw } else { 0.5 * (1.0 + (raw - least) / (rate - least)) };
        Self { rate, raw, standardised }
    }
}

/// The figures of a ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Area under the ROC curve: the chance that a positive case scores above a negative one, ties counting half.
    pub auc: f64,
    /// Average precision: `sum (R_n - R_(n-1)) P_n` over the distinct scores downwards, as scikit-learn defines it.
    pub average_precision: f64,
    /// In the order of [`Wanted::detection`].
    pub detection: Vec<Detection>,
    /// In the order of [`Wanted::partial`].
    pub partial: Vec<PartialAuc>,
}

/// A corner of the ROC curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RocPoint {
    /// Share of the negative cases at or above the threshold.
    pub false_alarms: f64,
    /// Share of the positive cases at or above the threshold.
    pub detected: f64,
    /// Threshold; infinity for the first point, where nothing alarms.
    pub threshold: f64,
}

/// One case in the order of the scores.
#[derive(Debug, Clone, Copy)]
struct Place {
    case: u32,
    positive: bool,
    /// Last of its tie group.
    last: bool,
}

/// Cases sorted once by falling score, in groups of equal scores.
#[derive(Debug, Clone)]
pub struct Ranking {
    places: Vec<Place>,
    /// Negative and positive cases that are ranked, upwards: summed faster than in the order of the scores.
    members: [Vec<u32>; 2],
    /// Score of each tie group, downwards.
    scores: Vec<f64>,
    /// How many cases there were, those left out by [`Ranking::restricted`] included.
    cases: usize,
}

impl Ranking {
    /// Sorts the cases; -0.0 and 0.0 are equal.
    ///
    /// # Errors
    ///
    /// [`Error::NotANumber`](super::Error::NotANumber) for a NaN score, [`Error::Lengths`](super::Error::Lengths) where the lists
    /// differ in length.
    ///
    /// # Panics
    ///
    /// With more than 2^32 cases.
    pub fn new(scores: &[f64], positive: &[bool]) -> Result<Self> {
        same_length("labels", scores.len(), positive.len())?;
        numbers("scores", scores)?;
        let count = u32::try_from(scores.len()).expect("fewer than 2^32 cases");
        let mut order: Vec<u32> = (0..count).collect();
        // The case breaks ties, so that sums of real weights do not depend on the sort.
        let score = |case: u32| scores[case as usize] + 0.0;
        order.sort_unstable_by(|&a, &b| score(b).total_cmp(&score(a)).then(a.cmp(&b)));
        let places = order.into_iter().map(|case| (case, score(case), positive[case as usize]));
        Ok(Self::grouped(places, scores.len()))
    }

    fn grouped(sorted: impl Iterator<Item = (u32, f64, bool)>, cases: usize) -> Self {
        let (mut places, mut scores): (Vec<Place>, Vec<f64>) = (Vec::new(), Vec::new());
        for (case, score, positive) in sorted {
            if scores.last() == Some(&score) {
                places.last_mut().expect("a group has cases").last = false;
            } else {
                scores.push(score);
            }
            places.push(Place { case, positive, last: true });
        }
        let members = [false, true].map(|class| {
            let of_class = places.iter().filter(|place| place.positive == class);
            let mut members: Vec<u32> = of_class.map(|place| place.case).collect();
            members.sort_unstable();
            members
        });
        Self { places, members, scores, cases }
    }

    /// The ranking of the cases that `keep` holds alone, without sorting again. Weights still have a place for every case, so
    /// that one bootstrap round serves the whole and all its strata.
    ///
    /// # Errors
    ///
    /// [`Error::Lengths`](super::Error::Lengths) unless `keep` has a place for every case.
    pub fn restricted(&self, keep: &[bool]) -> Result<Self> {
        same_length("cases to keep", self.cases, keep.len())?;
        let mut group = 0;
        let places = self.places.iter().map(|place| {
            let score = self.scores[group];
            group += usize::from(place.last);
            (place.case, score, place.positive)
        });
        Ok(Self::grouped(places.filter(|(case, ..)| keep[*case as usize]), self.cases))
    }

    /// Cases that are ranked.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether no case is ranked.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// All figures in one pass; `None` where the weights leave a class without cases.
    ///
    /// # Panics
    ///
    /// Unless the weights have a place for every case.
    pub fn measure(&self, weights: Weights<'_>, wanted: &Wanted) -> Option<Figures> {
        let mut numbers = vec![0.0; wanted.figures()];
        let mut ends = vec![(0.0, f64::INFINITY); wanted.detection().len()];
        if !self.dispatch(weights, wanted, &mut numbers, Some(&mut ends)) {
            return None;
        }
        let (detection, partial) = numbers[2..].split_at(wanted.detection().len());
        Some(Figures {
            auc: numbers[0],
            average_precision: numbers[1],
            detection: (wanted.detection().iter().zip(detection).zip(ends))
                .map(|((&rate, &detected), (false_alarms, threshold))| Detection {
                    rate,
                    detected,
                    false_alarms,
                    threshold,
                })
                .collect(),
            partial: wanted.partial().iter().zip(partial).map(|(&rate, &raw)| PartialAuc::new(rate, raw)).collect(),
        })
    }

    /// As [`Ranking::measure`], without allocating: ROC-AUC, average precision, the detection rates and the raw partial AUCs, all NaN
    /// where the weights leave a class without cases.
    ///
    /// # Panics
    ///
    /// Unless `out` has [`Wanted::figures`] places and the weights have one for every case.
    pub fn fill(&self, weights: Weights<'_>, wanted: &Wanted, out: &mut [f64]) {
        assert_eq!(out.len(), wanted.figures(), "places for the figures");
        if !self.dispatch(weights, wanted, out, None) {
            out.fill(f64::NAN);
        }
    }

    fn dispatch(
        &self,
        weights: Weights<'_>,
        wanted: &Wanted,
        out: &mut [f64],
        ends: Option<&mut [(f64, f64)]>,
    ) -> bool {
        weights.check(self.cases);
        match weights {
            Weights::Ones => self.pass(|_| 1.0, wanted, out, ends),
            Weights::Counts(counts) => self.pass(|case| f64::from(counts[case as usize]), wanted, out, ends),
            Weights::Reals(reals) => self.pass(|case| reals[case as usize], wanted, out, ends),
        }
    }

    /// Positive and negative weight.
    fn totals(&self, weight: impl Fn(u32) -> f64) -> (f64, f64) {
        let sum = |members: &[u32]| members.iter().map(|case| weight(*case)).sum();
        (sum(&self.members[1]), sum(&self.members[0]))
    }

    /// The one pass, from the highest score down. `ends` takes false-alarm rate and threshold of each detection rate.
    fn pass(
        &self,
        weight: impl Fn(u32) -> f64,
        wanted: &Wanted,
        out: &mut [f64],
        mut ends: Option<&mut [(f64, f64)]>,
    ) -> bool {
        let (positives, negatives) = self.totals(&weight);
        if positives <= 0.0 || negatives <= 0.0 {
            return false;
        }
        out.fill(0.0);
        let (detections, partials) = (wanted.detection().len(), wanted.partial().len());
        // Next detection rate and next partial area that are not over yet.
        let (mut detection, mut partial) = (0, 0);
        let mut detection_rate = wanted.detection().first().copied().unwrap_or(f64::INFINITY);
        let mut partial_rate = wanted.partial().first().copied().unwrap_or(f64::INFINITY);
        // Alarms so far, and those of the tie group that is being read.
        let (mut hits, mut alarms) = (0.0, 0.0);
        let (mut more_hits, mut more_alarms) = (0.0, 0.0);
        let (mut area, mut precision) = (0.0, 0.0);
        let mut group = 0;
        // The last threshold that found something more, and its false alarms.
        let (mut best_threshold, mut best_alarms) = (f64::INFINITY, 0.0);
        for place in &self.places {
            // Without a branch: classes and counts come in no order that a processor could guess.
            let weight = weight(place.case);
            let hit = if place.positive { weight } else { 0.0 };
            more_hits += hit;
            more_alarms += weight - hit;
            if !place.last {
                continue;
            }
            if more_alarms > 0.0 {
                let rate = (alarms + more_alarms) / negatives;
                while rate > detection_rate {
                    out[2 + detection] = hits / positives;
                    if let Some(ends) = &mut ends {
                        ends[detection] = (best_alarms / negatives, best_threshold);
                    }
                    detection += 1;
                    detection_rate = wanted.detection().get(detection).copied().unwrap_or(f64::INFINITY);
                }
                while rate > partial_rate {
                    // The part of this step of the curve that lies before the limit.
                    let run = partial_rate * negatives - alarms;
                    let end = hits + more_hits * run / more_alarms;
                    out[2 + detections + partial] = (area + run * 0.5 * (hits + end)) / positives / negatives;
                    partial += 1;
                    partial_rate = wanted.partial().get(partial).copied().unwrap_or(f64::INFINITY);
                }
                area += more_alarms * (hits + 0.5 * more_hits);
                alarms += more_alarms;
            }
            if more_hits > 0.0 {
                hits += more_hits;
                precision += more_hits * hits / (hits + alarms);
                (best_threshold, best_alarms) = (self.scores[group], alarms);
            }
            group += 1;
            (more_hits, more_alarms) = (0.0, 0.0);
        }
        for place in detection..detections {
            out[2 + place] = hits / positives;
            if let Some(ends) = &mut ends {
                ends[place] = (best_alarms / negatives, best_threshold);
            }
        }
        let area = area / positives / negatives;
        out[2 + detections + partial..2 + detections + partials].fill(area);
        (out[0], out[1]) = (area, precision / positives);
        true
    }

    /// Detection rate and false-alarm rate of a given threshold; `None` where a class has no cases.
    ///
    /// # Panics
    ///
    /// Unless the weights have a place for every case.
    pub fn at_threshold(&self, threshold: f64, weights: Weights<'_>) -> Option<RocPoint> {
        let points = self.roc_until(weights, Some(threshold))?;
        points.last().map(|point| RocPoint { threshold, ..*point })
    }

    /// The corners of the ROC curve, from (0, 0) at a threshold of infinity to (1, 1), one for every distinct score; `None` where a
    /// class has no cases.
    ///
    /// # Panics
    ///
    /// Unless the weights have a place for every case.
    pub fn roc(&self, weights: Weights<'_>) -> Option<Vec<RocPoint>> {
        self.roc_until(weights, None)
    }

    fn roc_until(&self, weights: Weights<'_>, threshold: Option<f64>) -> Option<Vec<RocPoint>> {
        weights.check(self.cases);
        let (positives, negatives) = self.totals(|case| weights.of(case));
        if positives <= 0.0 || negatives <= 0.0 {
            return None;
        }
        let mut points = vec![RocPoint { false_alarms: 0.0, detected: 0.0, threshold: f64::INFINITY }];
        let mut sums = [0.0, 0.0];
        for place in &self.places {
            // Points hold one corner more than groups were closed.
            let score = self.scores[points.len() - 1];
            if threshold.is_some_and(|threshold| score < threshold) {
                break;
            }
            sums[usize::from(place.positive)] += weights.of(place.case);
            if place.last {
                let [alarms, hits] = sums;
                points.push(RocPoint {
                    false_alarms: alarms / negatives,
                    detected: hits / positives,
                    threshold: score,
                });
            }
        }
        Some(points)
    }
}
