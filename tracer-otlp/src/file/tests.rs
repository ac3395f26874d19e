//! Files grow, are put aside, and hold whole lines, whatever happens.

use std::fs;
use std::io::{BufReader, Write as _};
use std::path::Path;
use std::time::Duration;

use tracer_core::{Dropped, Span, Tracer};

use crate::File;
use crate::read::{self, ReadError};
use crate::tests::folder::Folder;

const SOON: Duration = Duration::from_secs(60);

/// Ends so many spans, each a batch of its own.
fn write(file: File, spans: usize) -> Dropped {
    let tracer = Tracer::builder().exporter(file).build().unwrap();
    for _ in 0..spans {
        tracer.in_scope(|| drop(Span::root("work")));
        let _losses = tracer.flush(SOON);
    }
    let stats = tracer.stats();
    assert!(stats.is_balanced(), "{stats}");
    stats.exporters[0].dropped
}

fn lines(path: &Path) -> Vec<Result<usize, ReadError>> {
    let lines = read::lines(BufReader::new(fs::File::open(path).expect("it is there")));
    lines.map(|line| line.map(|spans| spans.len())).collect()
}

/// Spans in whole lines; nothing else is there.
fn spans(path: &Path) -> usize {
    lines(path).into_iter().map(|line| line.expect("the line is whole")).sum()
}

#[test]
fn a_file_is_appended_to() {
    let folder = Folder::new("appended");
    let path = folder.path("traces.jsonl");
    assert_eq!(write(File::open(&path).unwrap(), 2), Dropped::default());
    assert_eq!(write(File::open(&path).unwrap(), 1), Dropped::default());
    assert_eq!((spans(&path), lines(&path).len()), (3, 3));
}

#[test]
fn a_line_that_a_killed_program_left_unfinished_spoils_no_other() {
    let folder = Folder::new("unfinished");
    let path = folder.path("traces.jsonl");
    write(File::open(&path).unwrap(), 2);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 10]).unwrap();
    write(File::open(&path).unwrap(), 1);
    let lines = lines(&path);
    let [Ok(1), Err(error), Ok(1)] = &lines[..] else { panic!("{lines:?}") };
    assert!(error.to_string().starts_with("line 2 is no JSON"), "{error}");
}

#[test]
fn a_file_that_is_long_is_put_aside_and_the_oldest_goes() {
    let folder = Folder::new("rotated");
    let path = folder.path("traces.jsonl");
    write(File::open(&path).unwrap(), 1);
    let line = fs::metadata(&path).unwrap().len();
    // Two lines fit, but not three.
    let file = File::builder(&path).max_bytes(line * 5 / 2).keep(2).open().unwrap();
    assert_eq!(write(file, 8), Dropped::default());
    assert_eq!(folder.names(), ["traces.jsonl", "traces.jsonl.1", "traces.jsonl.2"]);
    let counts = folder.names().iter().map(|name| spans(&folder.path(name))).collect::<Vec<_>>();
    assert_eq!(counts, [1, 2, 2], "nine spans were written, four of them are gone");
}

#[test]
fn of_two_that_write_to_one_file_the_second_does_not_put_aside_what_the_first_began() {
    let folder = Folder::new("two-rotate");
    let path = folder.path("traces.jsonl");
    write(File::open(&path).unwrap(), 2);
    let length = fs::metadata(&path).unwrap().len();
    let open = || File::builder(&path).max_bytes(length * 5 / 4).open().unwrap();
    let (first, second) = (open(), open());
    assert_eq!((write(first, 1), write(second, 1)), Default::default());
    assert_eq!(folder.names(), ["traces.jsonl", "traces.jsonl.1"]);
    assert_eq!((spans(&path), spans(&folder.path("traces.jsonl.1"))), (2, 2));
}

#[test]
fn nothing_is_kept_where_nothing_shall_be() {
    let folder = Folder::new("none-kept");
    let path = folder.path("traces.jsonl");
    let file = File::builder(&path).max_bytes(1).keep(0).open().unwrap();
    assert_eq!(write(file, 3), Dropped::default());
    assert_eq!((folder.names(), spans(&path)), (vec!["traces.jsonl".to_owned()], 1));
}

#[test]
fn two_that_write_to_one_file_tear_no_line() {
    let folder = Folder::new("two");
    let path = folder.path("traces.jsonl");
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let file = File::open(&path).unwrap();
            std::thread::spawn(move || write(file, 50))
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), Dropped::default());
    }
    assert_eq!(spans(&path), 100);
}

#[test]
fn a_file_that_was_cut_meanwhile_grows_again() {
    let folder = Folder::new("cut");
    let path = folder.path("traces.jsonl");
    let tracer = Tracer::builder().exporter(File::open(&path).unwrap()).build().unwrap();
    let span = || {
        tracer.in_scope(|| drop(Span::root("work")));
        tracer.flush(SOON).unwrap();
    };
    span();
    fs::File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
    span();
    assert_eq!((spans(&path), lines(&path).len()), (1, 1));
}

#[cfg(target_os = "linux")]
#[test]
fn what_does_not_fit_on_the_disk_is_counted_as_failed() {
    let dropped = write(File::open("/dev/full").unwrap(), 2);
    assert_eq!((dropped.failed, dropped.total()), (2, 2));
}

#[test]
fn blank_lines_and_lines_of_other_things_are_no_spans() {
    let folder = Folder::new("others");
    let path = folder.path("others.jsonl");
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(b"\n{\"resourceMetrics\":[]}\r\n\xff\n[]\nnull\n").unwrap();
    let lines = lines(&path);
    let [Ok(0), Err(error), Ok(0), Ok(0)] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(error.to_string(), "line 3 is not UTF-8");
}
