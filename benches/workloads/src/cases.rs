//! The workloads, made of the functions that a program has defined.

/// Defines `cases()`: what is measured, in the order of the table.
#[macro_export]
macro_rules! cases {
    () => {
        fn cases() -> Vec<$crate::Case> {
            let mut cases = recording();
            cases.extend(running());
            cases
        }

        /// What is recorded of a span.
        fn recording() -> Vec<$crate::Case> {
            use ::std::hint::black_box;
            use $crate::{Case, Yields, drive};
            const TEXT: &str = "abcdefghijklmnopqrst";
            let depth = |yields| move || drive(in_root(level1(black_box(yields))));
            vec![
                Case::new("sync", 100, || {
                    under_root(|| (0..100).for_each(|i| _ = black_box(sync_leaf(black_box(i)))));
                }),
                Case::new("async", 100, || {
                    drive(in_root(async {
                        for i in 0..100 {
                            black_box(async_leaf(black_box(i)).await);
                        }
                    }));
                }),
                Case::new("depth10_yield0", 10, depth(0)),
                Case::new("depth10_yield1", 10, depth(1)).yields(1),
                Case::new("depth10_yield100", 10, depth(100)).yields(100),
                Case::new("root_yield0", 1, || drive(in_root(Yields(black_box(0))))).root_alone(),
                Case::new("root_yield100", 1, || drive(in_root(Yields(black_box(100)))))
                    .yields(100)
                    .root_alone(),
                Case::new("sync_args", 100, || {
                    let text = black_box(String::from(TEXT));
                    under_root(|| {
                        (0..100).for_each(|i| {
                            sync_args(black_box(i), black_box(true), &text);
                        })
                    });
                })
                .attributes(3),
                Case::new("async_args", 100, || {
                    let text = black_box(String::from(TEXT));
                    drive(in_root(async {
                        for i in 0..100 {
                            async_args(black_box(i), black_box(true), &text).await;
                        }
                    }));
                })
                .attributes(3),
                Case::new("sync_error", 100, || {
                    under_root(|| (0..100).for_each(|i| _ = black_box(sync_error(black_box(i)))));
                }),
                Case::new("async_error", 100, || {
                    drive(in_root(async {
                        for i in 0..100 {
                            _ = black_box(async_error(black_box(i)).await);
                        }
                    }));
                }),
                Case::new("sync_args10", 100, || {
                    under_root(|| {
                        (0..100).for_each(|i| {
                            sync_args10(i, i, i, i, i, i, i, i, i, black_box(i));
                        });
                    });
                })
                .attributes(10),
                Case::new("sync_long_text", 100, || {
                    let text = black_box(TEXT.repeat(50));
                    under_root(|| {
                        (0..100).for_each(|i| sync_args(black_box(i), black_box(true), &text));
                    });
                })
                .attributes(3),
                Case::new("async_args10", 100, || {
                    drive(in_root(async {
                        for i in 0..100 {
                            async_args10(i, i, i, i, i, i, i, i, i, black_box(i)).await;
                        }
                    }));
                })
                .attributes(10),
                Case::new("async_long_text", 100, || {
                    let text = black_box(TEXT.repeat(50));
                    drive(in_root(async {
                        for i in 0..100 {
                            async_args(black_box(i), black_box(true), &text).await;
                        }
                    }));
                })
                .attributes(3),
                Case::new("sync_event", 100, || {
                    under_root(|| (0..100).for_each(|i| _ = black_box(sync_event(black_box(i)))));
                }),
                Case::new("async_event", 100, || {
                    drive(in_root(async {
                        for i in 0..100 {
                            black_box(async_event(black_box(i)).await);
                        }
                    }));
                }),
                Case::new("depth10_error", 10, || {
                    drive(in_root(async { _ = black_box(fails1(black_box(1)).await) }));
                }),
            ]
        }

        /// How spans come about, beside calls.
        fn running() -> Vec<$crate::Case> {
            use ::std::hint::black_box;
            use $crate::tokio::task::{JoinSet, spawn_blocking};
            use $crate::{Case, Numbers, block_on, cancelled, drained, drive};
            let sync =
                || under_root(|| (0..100).for_each(|i| _ = black_box(sync_leaf(black_box(i)))));
            vec![
                Case::new("guard", 100, || {
                    under_root(|| (0..100).for_each(|i| guarded(|| _ = black_box(i))));
                }),
                Case::new("cancelled", 100, || {
                    drive(in_root(async {
                        for _ in 0..100 {
                            cancelled(level10(black_box(1))).await;
                        }
                    }));
                }),
                Case::new("stream", 100, || {
                    drive(in_root(async {
                        _ = black_box(drained(streamed(Numbers::new(100))).await)
                    }));
                })
                .one_span(1),
                Case::new("spawn", 100, || {
                    block_on(in_root(async {
                        let spawn = |i| $crate::tokio::spawn(carried(async_leaf(black_box(i))));
                        for task in (0..100).map(spawn).collect::<Vec<_>>() {
                            black_box(task.await.expect("no panic"));
                        }
                    }));
                })
                .in_a_runtime(),
                Case::new("join_set", 100, || {
                    block_on(in_root(async {
                        let mut tasks = JoinSet::new();
                        (0..100).for_each(|i| _ = tasks.spawn(carried(async_leaf(black_box(i)))));
                        while let Some(done) = tasks.join_next().await {
                            black_box(done.expect("no panic"));
                        }
                    }));
                })
                .in_a_runtime(),
                Case::new("spawn_blocking", 100, || {
                    block_on(in_root(async {
                        let spawn = |i| spawn_blocking(carried_fn(move || sync_leaf(black_box(i))));
                        for task in (0..100).map(spawn).collect::<Vec<_>>() {
                            black_box(task.await.expect("no panic"));
                        }
                    }));
                })
                .in_a_runtime(),
                Case::new("tasks10000", 10_000, || {
                    block_on(in_root(async {
                        let spawn = |i| $crate::tokio::spawn(carried(task(black_box(i))));
                        for task in (0..10_000).map(spawn).collect::<Vec<_>>() {
                            black_box(task.await.expect("no panic"));
                        }
                    }));
                })
                .yields(1)
                .in_a_runtime(),
                Case::new("sync_thread1", 100, sync).on_threads(1),
                Case::new("sync_thread2", 100, sync).on_threads(2),
                Case::new("sync_idle_threads", 100, sync).beside_idle_threads(64),
                Case::new("sync_contended", 100, sync).on_threads(2).preempted(),
            ]
        }
    };
}
