//! The same work on many things, on as many threads as there are processors. Decides nothing about
//! what the work is; the results come in the order of the things.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So few things are not worth a thread.
const FEW: usize = 16;

/// How many threads work at once. Asked for once: the answer is in files of the system.
pub fn count() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// The result of `work` for each of the things; for a few of them, this thread does it alone.
pub fn map<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if things.len() < FEW {
        return things.iter().map(work).collect();
    }
    map_each(things, work)
}

/// As [`map`], for work of which each piece is worth a thread.
pub fn map_each<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = count().min(things.len());
    let queue = Queue::of(things.len());
    let share = || {
        let numbers = std::iter::from_fn(|| queue.next());
        let results = numbers.map(|number| (number, work(&things[number])));
        results.collect::<Vec<(usize, R)>>()
    };
    let mut results = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(share)).collect();
        let mut results = share();
        for other in others {
            results.extend(other.join().expect("a worker does not panic"));
        }
        results
    });
    results.sort_unstable_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Hands out the numbers of things, each once.
#[derive(Debug)]
pub struct Queue {
    next: AtomicUsize,
    end: usize,
}

impl Queue {
    /// The numbers below `end`.
    pub fn of(end: usize) -> Self {
        Self {
            next: AtomicUsize::new(0),
            end,
        }
    }

    /// The next number, if one is left.
    pub fn next(&self) -> Option<usize> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.end).then_some(number)
    }

    /// Leaves what was not handed out yet.
    pub fn stop(&self) {
        self.next.store(self.end, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_things() {
        let things: Vec<u64> = (0..1000).collect();
        let doubled = map(&things, |number| number * 2);
        assert_eq!(
            doubled,
            (0..1000).map(|number| number * 2).collect::<Vec<_>>()
        );
        assert_eq!(map(&things[..2], |number| number + 1), [1, 2]);
        assert_eq!(map_each(&things[..2], |number| number + 1), [1, 2]);
        assert_eq!(map_each(&things[..0], |number| number + 1), [] as [u64; 0]);
    }

    #[test]
    fn a_queue_that_was_stopped_hands_out_nothing() {
        let queue = Queue::of(3);
        assert_eq!((queue.next(), queue.next()), (Some(0), Some(1)));
        queue.stop();
        assert_eq!(queue.next(), None);
    }
}
