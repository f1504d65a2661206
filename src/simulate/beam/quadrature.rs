//! Gauss quadrature of a measure that is given as points with weights.

/// At most `count` nodes with weights that integrate every polynomial of degree 2 `count` - 1 over the points as the
/// points themselves do. Nodes lie among the points, weights are positive; fewer come back where there are fewer points.
///
/// The recurrence is Stieltjes' (W. Gautschi, "Orthogonal Polynomials: Computation and Approximation", 2004, section
/// 2.2); the nodes are the eigenvalues of its Jacobi matrix, found by bisection on Sturm's count, and the weights follow
/// from Christoffel's sums.
pub(super) fn gauss(places: &[f64], weights: &[f64], count: usize) -> Vec<(f64, f64)> {
    let (low, high) = places.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &p| (l.min(p), h.max(p)));
    let total: f64 = weights.iter().sum();
    let (diagonal, squares) = recurrence(places, weights, count);
    (0..diagonal.len())
        .map(|index| {
            let node = eigenvalue(&diagonal, &squares, index, (low, high));
            (node, total * christoffel(&diagonal, &squares, node))
        })
        .collect()
}

/// The diagonal of the Jacobi matrix and the squares of its other diagonal.
fn recurrence(places: &[f64], weights: &[f64], count: usize) -> (Vec<f64>, Vec<f64>) {
    let dot = |f: &dyn Fn(usize) -> f64| (0..places.len()).map(|i| weights[i] * f(i)).sum::<f64>();
    let mut before = vec![0.0; places.len()];
    let mut now = vec![1.0; places.len()];
    let mut norm = dot(&|_| 1.0);
    let (mut diagonal, mut squares) = (Vec::new(), Vec::new());
    for _ in 0..count.min(places.len()) {
        let centre = dot(&|i| places[i] * now[i] * now[i]) / norm;
        let back = squares.last().copied().unwrap_or(0.0);
        diagonal.push(centre);
        let next: Vec<f64> = (0..places.len()).map(|i| (places[i] - centre) * now[i] - back * before[i]).collect();
        let next_norm = dot(&|i| next[i] * next[i]);
        squares.push(next_norm / norm);
        (before, now) = (now, next);
        norm = next_norm;
    }
    squares.pop();
    (diagonal, squares)
}

/// The eigenvalue that `index` others lie below.
fn eigenvalue(diagonal: &[f64], squares: &[f64], index: usize, (low, high): (f64, f64)) -> f64 {
    let below = |x: f64| {
        let (mut count, mut pivot) = (0, 1.0);
        for (i, d) in diagonal.iter().enumerate() {
            pivot = d - x - if i == 0 { 0.0 } else { squares[i - 1] / pivot };
            if pivot == 0.0 {
                pivot = f64::MIN_POSITIVE;
            }
            count += usize::from(pivot < 0.0);
        }
        count
    };
    // The ends widened by a hair: with as many nodes as points they are points.
    let hair = 1e-9 * (high - low).max(1.0);
    let (mut low, mut high) = (low - hair, high + hair);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        *(if below(middle) > index { &mut high } else { &mut low }) = middle;
    }
    f64::midpoint(low, high)
}

/// The weight of a node, of a measure whose weights sum to 1: one over the sum of the squared orthonormal polynomials.
fn christoffel(diagonal: &[f64], squares: &[f64], node: f64) -> f64 {
    let (mut before, mut now, mut sum) = (0.0, 1.0, 1.0);
    for (i, square) in squares.iter().enumerate() {
        let back = if i == 0 { 0.0 } else { squares[i - 1].sqrt() };
        let next = ((node - diagonal[i]) * now - back * before) / square.sqrt();
        sum += next * next;
        (before, now) = (now, next);
    }
    1.0 / sum
}

#[cfg(test)]
mod tests {
    use super::gauss;

    #[test]
    fn two_nodes_are_those_of_legendre() {
        let places: Vec<f64> = (0..2000).map(|i| -1.0 + (f64::from(i) + 0.5) / 1000.0).collect();
        let nodes = gauss(&places, &vec![1e-3; 2000], 2);
        let place = 1.0 / 3f64.sqrt();
        assert!((nodes[0].0 + place).abs() < 1e-6 && (nodes[1].0 - place).abs() < 1e-6, "{nodes:?}");
        assert!(nodes.iter().all(|node| (node.1 - 1.0).abs() < 1e-6), "{nodes:?}");
    }

    #[test]
    fn high_degrees_are_exact() {
        let places: Vec<f64> = (0..500).map(|i| f64::from(i) / 500.0).collect();
        let weights: Vec<f64> = places.iter().map(|x| (-3.0 * x).exp()).collect();
        for count in [1, 5, 12] {
            let nodes = gauss(&places, &weights, count);
            for degree in 0..2 * count as i32 {
                let whole: f64 = places.iter().zip(&weights).map(|(x, w)| w * x.powi(degree)).sum();
                let few: f64 = nodes.iter().map(|(x, w)| w * x.powi(degree)).sum();
                assert!((few / whole - 1.0).abs() < 1e-9, "{count} nodes, degree {degree}");
            }
        }
    }

    #[test]
    fn as_many_nodes_as_points_are_the_points() {
        assert_eq!(gauss(&[2.5], &[3.0], 8).len(), 1);
        let nodes = gauss(&[1.0, 2.0], &[0.25, 0.75], 8);
        assert_eq!(nodes.len(), 2);
        assert!((nodes[0].0 - 1.0).abs() < 1e-8 && (nodes[0].1 - 0.25).abs() < 1e-8, "{nodes:?}");
        assert!((nodes[1].0 - 2.0).abs() < 1e-8 && (nodes[1].1 - 0.75).abs() < 1e-8, "{nodes:?}");
    }
}
