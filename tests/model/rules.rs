//! The rules as a model: which span is whose child, and which one begins a trace.

use tracer::export::Outcome;

use crate::tree::{Node, Parent, Tree};

/// A context.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Current {
    /// Whose roots are recorded: a tracer's, or nobody's.
    pub(crate) tracer: bool,
    /// 0 where no span is current.
    pub(crate) span: u32,
    pub(crate) is_recorded: bool,
    /// The span that is the local root.
    pub(crate) root: u32,
    /// The task has it because it was spawned there.
    pub(crate) is_inherited: bool,
}

/// What a task sees.
#[derive(Clone, Debug, Default)]
pub(crate) struct Here {
    pub(crate) current: Current,
    /// The frames that are being polled: their span, and the one that was current where they were made.
    pub(crate) stack: Vec<(u32, u32)>,
    /// The local root that has ended by now.
    pub(crate) ended: u32,
    /// A loser never goes on.
    pub(crate) waits_for_ever: bool,
}

/// The spans that have been opened.
pub(crate) struct Spans {
    /// Inherited contexts do, as soon as their local root has ended.
    pub(crate) expires: bool,
    pub(crate) tree: Tree,
}

impl Here {
    /// The parent of what was called in one context and is polled first here.
    pub(crate) fn parent_of(&self, called: Current) -> Current {
        let polled = self.current;
        if called.span == 0 {
            return if polled.tracer { polled } else { called };
        }
        if polled.span == 0 {
            return called;
        }
        let is_helper =
            self.stack.iter().any(|(span, origin)| [span, origin].contains(&&called.span));
        if called.span == polled.span || is_helper { polled } else { called }
    }

    pub(crate) fn within(&self, span: Option<Current>, made_at: Current) -> Self {
        let mut inside = self.clone();
        if let Some(span) = span {
            inside.current = span;
            inside.stack.push((span.span, made_at.span));
        }
        inside
    }

    /// Below a frame that puts back the context that was current where it was made.
    pub(crate) fn carrying(&self, context: Current) -> Self {
        let inherited = Current { is_inherited: true, ..context };
        self.within(context.tracer.then_some(inherited), context)
    }

    /// In a task of its own that carries nothing.
    pub(crate) fn elsewhere(&self) -> Self {
        Self { current: Current::default(), stack: Vec::new(), ..self.clone() }
    }
}

impl Spans {
    /// Opens a span; until it is said to have ended otherwise, it was cancelled.
    pub(crate) fn open(
        &mut self,
        name: &'static str,
        id: u32,
        parent: Current,
        ended: u32,
    ) -> Option<Current> {
        if !parent.tracer {
            return None;
        }
        let is_expired = self.expires && ended != 0 && parent.root == ended;
        let is_left = parent.is_inherited && (is_expired || name == "serve");
        let is_root = ["root", "in_root", "unsampled"].contains(&name) || parent.span == 0;
        if !is_root && !is_left {
            if !parent.is_recorded {
                return Some(Current { is_inherited: false, ..parent });
            }
            self.note(name, id, Parent::Span(parent.span));
            return Some(Current { span: id, is_inherited: false, ..parent });
        }
        let is_recorded = name != "unsampled";
        if is_recorded {
            let link = if parent.is_recorded { parent.span } else { 0 };
            self.note(name, id, if is_root { Parent::Root } else { Parent::Link(link) });
        }
        Some(Current { tracer: true, span: id, is_recorded, root: id, is_inherited: false })
    }

    fn note(&mut self, name: &'static str, id: u32, parent: Parent) {
        self.tree.insert(id, Node { name, parent, outcome: Outcome::Cancelled });
    }

    pub(crate) fn end(&mut self, id: u32, outcome: Outcome) {
        if let Some(node) = self.tree.get_mut(&id) {
            node.outcome = outcome;
        }
    }
}
