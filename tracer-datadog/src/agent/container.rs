//! In which container this process runs, by which the agent finds the tags of its host.

use std::fs;
use std::os::linux::fs::MetadataExt as _;
use std::path::Path;

/// The namespace of control groups that a host begins with has this number, fixed by Linux.
const HOSTS_NAMESPACE: u64 = 0xEFFF_FFFB;

/// The headers that tell of the container; none outside of one.
pub(crate) fn headers() -> Vec<(&'static str, String)> {
    let Ok(groups) = fs::read_to_string("/proc/self/cgroup") else { return Vec::new() };
    if let Some(id) = container_id(&groups) {
        return vec![
            ("Datadog-Container-ID", id.to_owned()),
            ("Datadog-Entity-ID", format!("ci-{id}")),
        ];
    }
    // Seen from the host, the number of a group is that of no container.
    let namespace = fs::metadata("/proc/self/ns/cgroup").map(|it| it.st_ino());
    if namespace.map_or(true, |inode| inode == HOSTS_NAMESPACE) {
        return Vec::new();
    }
    let inode = inode(&groups, Path::new("/sys/fs/cgroup"));
    inode.map(|inode| ("Datadog-Entity-ID", format!("in-{inode}"))).into_iter().collect()
}

/// The last part of a group's path, where it ends as runtimes name containers and tasks.
fn container_id(groups: &str) -> Option<&str> {
    parts(groups).find_map(|(_, path)| {
        let last = path.rsplit('/').next().unwrap_or_default();
        let name = last.strip_suffix(".scope").unwrap_or(last);
        let ends = [&[64][..], &[8, 4, 4, 4, 12], &[8, 4, 4, 4, 4]];
        ends.iter().find_map(|lengths| words_at_end(name, lengths)).or_else(|| task_at_end(name))
    })
}

/// The controllers and the path of each line: `4:memory:/docker/…`.
fn parts(groups: &str) -> impl Iterator<Item = (&str, &str)> {
    groups.lines().filter_map(|line| {
        let mut parts = line.trim_end().splitn(3, ':');
        let _number = parts.next()?.parse::<u32>().ok()?;
        Some((parts.next()?, parts.next()?))
    })
}

/// Hexadecimal words of these lengths, with one sign in between, at the end of a name.
fn words_at_end<'a>(name: &'a str, lengths: &[usize]) -> Option<&'a str> {
    let total = lengths.iter().sum::<usize>() + lengths.len() - 1;
    let found = name.get(name.len().checked_sub(total)?..)?;
    let mut rest = found;
    for (number, length) in lengths.iter().enumerate() {
        if number > 0 {
            rest = rest.strip_prefix(['-', '_'])?;
        }
        let (word, behind) = rest.split_at_checked(*length)?;
        if !word.bytes().all(is_hex) {
            return None;
        }
        rest = behind;
    }
    Some(found)
}

/// A task of ECS: 32 hexadecimal digits, and a number behind a hyphen.
fn task_at_end(name: &str) -> Option<&str> {
    let (before, number) = name.rsplit_once('-')?;
    let id = before.get(before.len().checked_sub(32)?..)?;
    let is_task = id.bytes().all(is_hex)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit());
    is_task.then(|| &name[before.len() - 32..])
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// The number of the group's folder: that of memory in the first version, of all in the second.
fn inode(groups: &str, mount: &Path) -> Option<u64> {
    ["memory", ""].into_iter().find_map(|controller| {
        let is_it = |names: &str| names.split(',').any(|name| name == controller);
        let (_, path) = parts(groups).find(|(names, _)| is_it(names))?;
        let folder = mount.join(controller).join(path.trim_start_matches('/'));
        fs::metadata(folder).ok().map(|it| it.st_ino())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3726184226f5d3147c25fdeab5b60097e378e8a720503a5e19ecfdf29f869860";
    const TASK: &str = "432624d2150b349fe35ba397284dea78-2431640412";
    const UUID: &str = "34dc0b5e-626f-2c5c-4c51-70e34b10e765";

    #[test]
    fn containers_are_known_by_the_groups_of_all_runtimes() {
        let pod = "pod3d274242-8ee0-11e9-a8a6-1e68d864ef1a";
        let under = pod.replace('-', "_");
        for (line, id) in [
            (format!("13:name=systemd:/docker/{ID}"), ID),
            (format!("4:memory:/docker/{ID}\n3:cpuset:/docker/{ID}"), ID),
            (format!("11:perf_event:/kubepods/besteffort/{pod}/{ID}"), ID),
            (
                format!(
                    "1:name=systemd:/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-{under}.slice/crio-{ID}.scope"
                ),
                ID,
            ),
            (format!("0::/system.slice/docker-{ID}.scope"), ID),
            (format!("0::/kubepods.slice/cri-containerd-{ID}.scope"), ID),
            (
                format!(
                    "9:perf_event:/ecs/haissam-ecs-classic/5a0d5ceddf6c44c1928d367a815d890f/{ID}"
                ),
                ID,
            ),
            (format!("1:name=systemd:/ecs/55091c13-b8cf-4801-b527-f4601742204d/{TASK}"), TASK),
            (format!("1:name=systemd:/ecs/432624d2150b349fe35ba397284dea78/{TASK}"), TASK),
            (format!("1:name=systemd:/garden/{UUID}"), UUID),
            (
                "1:name=systemd:/uuid/34dc0b5e-626f-2c5c-4c51-70e3".to_owned(),
                "34dc0b5e-626f-2c5c-4c51-70e3",
            ),
            (format!("1:name=systemd:/{}", UUID.replace('-', "_")), &*UUID.replace('-', "_")),
            (format!("no line\n2::\n0::/nowhere\n1:cpu:/docker/{ID}\r"), ID),
        ] {
            assert_eq!(container_id(&line), Some(id), "{line}");
        }
    }

    #[test]
    fn what_is_no_container_has_no_id() {
        for line in [
            String::new(),
            "0::/".to_owned(),
            "0::/../../..".to_owned(),
            "4:memory:/user.slice/user-1000.slice/session-3.scope".to_owned(),
            "0::/init.scope".to_owned(),
            format!("x:memory:/docker/{ID}"),
            format!("4:memory/docker/{ID}"),
            format!("4:memory:/docker/{}", &ID[1..]),
            format!("4:memory:/docker/{}", ID.to_uppercase()),
            format!("4:memory:/docker/{ID}/nested"),
            format!("4:memory:/ecs/{}", TASK.replace("-2", "-x")),
            format!("4:memory:/{}é", &ID[2..]),
        ] {
            assert_eq!(container_id(&line), None, "{line:?}");
        }
    }

    #[test]
    fn a_group_is_known_by_the_number_of_its_folder() {
        let mount = std::env::temp_dir().join(format!("tracer-groups-{}", std::process::id()));
        for folder in ["memory/kube/a", "kube/b"] {
            fs::create_dir_all(mount.join(folder)).unwrap();
        }
        let number = |folder: &str| Some(fs::metadata(mount.join(folder)).unwrap().st_ino());
        let first = "3:cpu:/kube/x\n2:hugetlb,memory:/kube/a\n0::/kube/b";
        assert_eq!(inode(first, &mount), number("memory/kube/a"));
        assert_eq!(inode("0::/kube/b\n", &mount), number("kube/b"));
        assert_eq!(inode("0::/", &mount), number(""));
        // One that cannot be seen from here is left.
        assert_eq!(inode("2:memory:/gone\n0::/kube/b", &mount), number("kube/b"));
        assert_eq!(inode("0::/gone", &mount), None);
        assert_eq!(inode("1:cpu:/", &mount), None);
        fs::remove_dir_all(mount).unwrap();
    }

    #[test]
    fn what_is_said_of_this_process_is_fit_for_a_header() {
        for (name, value) in headers() {
            assert!(name.starts_with("Datadog-"), "{name}");
            assert!(value.bytes().all(|byte| byte.is_ascii_graphic()), "{value:?}");
        }
    }
}
