//! The protocol under real threads, and under every interleaving that loom can find.

use super::{Pool, Progress, Reader, Word, Writer};

/// Writes one record of `count` words that are all `value`.
fn write(writer: &Writer, pool: &Pool, count: usize, value: u64) -> bool {
    if writer.room(count).is_none() && !writer.turn_over(pool, count) {
        return false;
    }
    let room = writer.room(count).expect("turned over");
    room.iter().for_each(|word| word.store(value));
    writer.publish(count);
    true
}

/// Reads all logs once; their words in order.
fn read(pool: &Pool, readers: &mut Vec<Reader>, values: &mut Vec<u64>) {
    readers.extend(pool.new_logs());
    readers.retain_mut(|reader| {
        let add = |words: &[Word]| values.extend(words.iter().map(Word::load));
        reader.read(pool, usize::MAX, add) != Progress::Ended
    });
}

#[cfg(not(loom))]
mod threads {
    use std::thread;

    use super::{Pool, Progress, Word, Writer, read, write};
    use crate::chunk::WORDS;

    /// Words of a pool that is too small for what is written.
    const LIMIT: u64 = 128 * 1024;

    #[test]
    fn every_record_arrives_once_and_in_order() {
        static POOL: Pool = Pool::new(LIMIT);
        let writers: Vec<_> = (0..4)
            .map(|_| {
                thread::spawn(|| {
                    let writer = Writer::new();
                    let mut written = Vec::new();
                    for value in 0..50_000 {
                        let count = 1 + value as usize % 7;
                        if write(&writer, &POOL, count, value) {
                            written.extend([value].repeat(count));
                        }
                    }
                    writer.close();
                    written
                })
            })
            .collect();
        let (mut logs, mut done) = (Vec::new(), false);
        let mut readers = Vec::new();
        while !(done && readers.is_empty()) {
            done = writers.iter().all(thread::JoinHandle::is_finished);
            for reader in POOL.new_logs() {
                readers.push((reader, logs.len()));
                logs.push(Vec::new());
            }
            readers.retain_mut(|(reader, log)| {
                let add = |words: &[Word]| logs[*log].extend(words.iter().map(Word::load));
                reader.read(&POOL, 2, add) != Progress::Ended
            });
            thread::yield_now();
        }
        let mut written: Vec<_> =
            writers.into_iter().map(|writer| writer.join().unwrap()).collect();
        written.sort();
        logs.sort();
        assert!(written == logs, "what was written is what was read");
        assert!(POOL.allocated() <= LIMIT);
    }

    #[test]
    fn an_empty_pool_refuses_and_a_drained_one_serves_again() {
        static POOL: Pool = Pool::new((WORDS[0] + WORDS[1]) as u64);
        let (writer, mut values) = (Writer::new(), Vec::new());
        let written = (0..u64::MAX).take_while(|value| write(&writer, &POOL, 1, *value)).count();
        assert_eq!(written, WORDS[0] + WORDS[1]);
        let mut readers = Vec::new();
        read(&POOL, &mut readers, &mut values);
        assert_eq!(values.len(), written);
        assert!(!write(&writer, &POOL, 1, 0), "the last chunk is full but still the writer's");
        let other = Writer::new();
        assert!(write(&other, &POOL, 1, 7), "the small chunk is free again");
    }

    #[test]
    fn a_log_begun_anew_has_room_and_shows_nothing_old() {
        static POOL: Pool = Pool::new((WORDS[0] + WORDS[1]) as u64);
        let writer = Writer::new();
        while write(&writer, &POOL, 1, 1) {}
        let _parents = POOL.new_logs();
        writer.begin_anew();
        assert!(!write(&writer, &POOL, 1, 2), "all chunks are in use");
        POOL.begin_anew();
        assert!(write(&writer, &POOL, 1, 3));
        let (mut readers, mut values) = (Vec::new(), Vec::new());
        read(&POOL, &mut readers, &mut values);
        assert_eq!((values, POOL.allocated()), (vec![3], WORDS[0] as u64));
    }

    #[test]
    fn a_closed_log_refuses() {
        static POOL: Pool = Pool::new(1 << 16);
        let writer = Writer::new();
        assert!(write(&writer, &POOL, 1, 1));
        writer.close();
        assert!(!write(&writer, &POOL, 1, 2));
        let (mut readers, mut values) = (Vec::new(), Vec::new());
        read(&POOL, &mut readers, &mut values);
        assert_eq!((values, readers.len()), (vec![1], 0));
    }
}

#[cfg(loom)]
mod model {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use loom::sync::Arc;
    use loom::thread;

    use super::{Pool, Writer, read, write};

    /// A model that explores one execution proves nothing.
    fn explored(floor: usize, preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
        static EXECUTIONS: AtomicUsize = AtomicUsize::new(0);
        let before = EXECUTIONS.load(Ordering::Relaxed);
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(preemptions);
        builder.check(move || {
            EXECUTIONS.fetch_add(1, Ordering::Relaxed);
            model();
        });
        let explored = EXECUTIONS.load(Ordering::Relaxed) - before;
        println!("{explored} executions");
        assert!(explored >= floor, "the model is vacuous: {explored} executions");
    }

    /// Turnover, a record over two words, recycling, thread exit and drain at once: small chunks
    /// have one word, large ones two, and the pool has five words.
    #[test]
    fn what_one_thread_writes_is_read_in_order() {
        explored(1_000, 3, || {
            let pool = Arc::new(Pool::new(5));
            let writer = thread::spawn({
                let pool = Arc::clone(&pool);
                move || {
                    let (writer, mut written) = (Writer::new(), Vec::new());
                    for (value, count) in [(1, 1), (2, 1), (3, 2), (4, 1), (5, 1)] {
                        if write(&writer, &pool, count, value) {
                            written.extend([value].repeat(count));
                        }
                        thread::yield_now();
                    }
                    writer.close();
                    written
                }
            });
            let (mut readers, mut values) = (Vec::new(), Vec::new());
            for _ in 0..3 {
                read(&pool, &mut readers, &mut values);
                thread::yield_now();
            }
            let written = writer.join().unwrap();
            read(&pool, &mut readers, &mut values);
            assert_eq!(values, written);
            assert!(readers.is_empty());
        });
    }

    /// Two threads take chunks from one pool while the reader gives them back.
    #[test]
    fn two_threads_never_share_a_chunk() {
        explored(1_000, 2, || {
            let pool = Arc::new(Pool::new(4));
            let writers: Vec<_> = [10, 20]
                .map(|first| {
                    let pool = Arc::clone(&pool);
                    thread::spawn(move || {
                        let writer = Writer::new();
                        let written: Vec<_> = (first..first + 3)
                            .filter(|value| write(&writer, &pool, 1, *value))
                            .collect();
                        writer.close();
                        written
                    })
                })
                .into_iter()
                .collect();
            let (mut readers, mut values) = (Vec::new(), Vec::new());
            for _ in 0..2 {
                read(&pool, &mut readers, &mut values);
                thread::yield_now();
            }
            let mut written: Vec<_> =
                writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
            read(&pool, &mut readers, &mut values);
            written.sort_unstable();
            values.sort_unstable();
            assert_eq!(values, written);
        });
    }

    /// The reader gives chunks back while a writer takes some.
    #[test]
    fn a_free_chunk_is_neither_lost_nor_taken_twice() {
        explored(20, 3, || {
            let pool = Arc::new(Pool::new(6));
            let take = |pool: &Pool| pool.take(1).map(|chunk| chunk.number);
            let [first, second, third] =
                std::array::from_fn(|_| pool.take(1).expect("room for three"));
            pool.give_back(first);
            let reader = thread::spawn({
                let pool = Arc::clone(&pool);
                move || {
                    pool.give_back(second);
                    pool.give_back(third);
                }
            });
            let mut taken: Vec<_> = (0..2).filter_map(|_| take(&pool)).collect();
            reader.join().unwrap();
            taken.extend(std::iter::from_fn(|| take(&pool)));
            taken.sort_unstable();
            assert_eq!(taken, [1, 2, 3]);
        });
    }
}
