//! What is the same for all spans of the process.

use tracer_core::__private::told::unique;
use tracer_core::Resource;

use crate::msgpack;
use crate::names::{self, Role, role};
use crate::span::tags::{Block, Tags};
use crate::tag;

/// What is the same for all spans of the process, by its resource.
#[derive(Debug)]
pub(crate) struct Process {
    resource: Resource,
    service: String,
    version: String,
    runtime_id: String,
    /// What stands for the id of an instance that has none.
    unique: String,
    /// Tags of all spans: the environment, and what the program says of itself.
    tags: Vec<(&'static str, String)>,
    others: Vec<(String, String)>,
    block: Block,
    version_block: Block,
    /// The name of the field with the service.
    service_field: Vec<u8>,
}

impl Process {
    pub(crate) fn new() -> Self {
        let mut process = Self {
            resource: Resource::default(),
            service: String::new(),
            version: String::new(),
            runtime_id: String::new(),
            unique: unique(),
            tags: Vec::new(),
            others: Vec::new(),
            block: Block::default(),
            version_block: Block::default(),
            service_field: Vec::new(),
        };
        process.read(&Resource::default());
        process
    }

    /// Takes the resource of a batch, which is the one of the batch before.
    pub(crate) fn learn(&mut self, resource: &Resource) {
        if self.resource != *resource {
            self.read(resource);
        }
    }

    fn read(&mut self, resource: &Resource) {
        self.resource = resource.clone();
        names::service(resource).clone_into(&mut self.service);
        let version = resource.get("service.version").or_else(|| resource.get(tag::VERSION));
        version.unwrap_or_default().clone_into(&mut self.version);
        let instance = resource.get("service.instance.id").filter(|id| is_uuid(id));
        instance.unwrap_or(&self.unique).clone_into(&mut self.runtime_id);
        let component = resource.get(tag::COMPONENT).unwrap_or("tracer").to_owned();
        self.tags = vec![(tag::COMPONENT, component)];
        let env = names::env(resource);
        if !env.is_empty() {
            self.tags.push((tag::ENV, env.to_owned()));
        }
        self.others.clear();
        for (key, value) in resource.attributes().filter(|(key, _)| !is_of_process(key)) {
            let tag = match role(key).0 {
                Role::Plain | Role::Header | Role::Too(_) => key,
                Role::As(tag) | Role::Text(tag) => tag,
                // Names of a span are none of a process, nor is what we say of a span.
                Role::Name | Role::Ours | Role::Default => continue,
            };
            if !self.others.iter().any(|(known, _)| known == tag) {
                self.others.push((tag.to_owned(), value.to_owned()));
            }
        }
        self.block = Block::new(|tags| self.tags().for_each(|(key, value)| tags.text(key, value)));
        self.version_block = Block::new(|tags| {
            if !self.version.is_empty() {
                tags.text(tag::VERSION, &self.version);
            }
        });
        self.service_field.clear();
        msgpack::text(&mut self.service_field, "service");
        msgpack::text(&mut self.service_field, &self.service);
    }

    pub(crate) fn service(&self) -> &str {
        &self.service
    }

    /// The field with the service, as it is written.
    pub(super) fn service_field(&self) -> &[u8] {
        &self.service_field
    }

    pub(super) fn runtime_id(&self) -> &str {
        &self.runtime_id
    }

    /// Whether the program says this of itself, so that each span has it.
    pub(super) fn has_tag(&self, tag: &str) -> bool {
        self.others.iter().any(|(known, _)| known == tag)
    }

    /// Writes what all spans have; the version is one of its own service alone.
    #[inline]
    pub(super) fn write(&self, tags: &mut Tags<'_>, has_version: bool) {
        tags.block(&self.block);
        if has_version {
            tags.block(&self.version_block);
        }
    }

    /// The same, one by one.
    pub(super) fn each(&self, has_version: bool, mut add: impl FnMut(&str, &str)) {
        self.tags().for_each(|(key, value)| add(key, value));
        if has_version && !self.version.is_empty() {
            add(tag::VERSION, &self.version);
        }
    }

    fn tags(&self) -> impl Iterator<Item = (&str, &str)> {
        let others = self.others.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        self.tags.iter().map(|(key, value)| (*key, value.as_str())).chain(others)
    }
}

/// Whether it has a tag of its own, or says what the agent is told with each request.
fn is_of_process(key: &str) -> bool {
    matches!(
        key,
        "service.name"
            | "service.version"
            | "service.instance.id"
            | "deployment.environment"
            | "deployment.environment.name"
    ) || key.starts_with("telemetry.sdk.")
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_its_own_is_a_uuid() {
        assert!(is_uuid(&unique()));
        assert!(!is_uuid("checkout-7"));
    }
}
