//! The rules as a model: which span is whose child. It knows nothing of threads and polls but who is
//! polled by whom.

use std::collections::VecDeque;

use tracer::export::Outcome;

use crate::program::{Fate, Kind, Layer, Op, Outliving, Program, What};
use crate::tree::{Node, Parent, Tree};

/// The tree of a program; `expires` says whether inherited contexts do, as soon as their local root
/// has ended.
pub(crate) fn tree(program: &Program, expires: bool) -> Tree {
    let mut oracle = Oracle { expires, tree: Tree::new(), drivers: Vec::new() };
    let scope = Current { tracer: true, ..Current::default() };
    let outside = Here { current: scope, ..Here::default() };
    for (is_traced, id) in &program.drivers {
        let span = is_traced.then(|| oracle.open("driver", *id, scope, 0)).flatten();
        oracle.end(*id, Outcome::Completed);
        oracle.drivers.push(outside.within(span, scope));
    }
    for request in &program.requests {
        let name = if request.is_sampled { "request" } else { "unsampled" };
        let span = oracle.open(name, request.id, scope, 0);
        let _flow = oracle.body(&request.body, &outside.within(span, scope), u32::MAX);
        oracle.end(request.id, Outcome::Completed);
    }
    oracle.tree
}

/// A context.
#[derive(Clone, Copy, Debug, Default)]
struct Current {
    /// Whose roots are recorded: a tracer's, or nobody's.
    tracer: bool,
    /// 0 where no span is current.
    span: u32,
    is_recorded: bool,
    /// The span that is the local root.
    root: u32,
    /// The task has it because it was spawned there.
    is_inherited: bool,
}

/// What a task sees.
#[derive(Clone, Debug, Default)]
struct Here {
    current: Current,
    /// The frames that are being polled: their span, and the one that was current where they were made.
    stack: Vec<(u32, u32)>,
    /// The local root that has ended by now.
    ended: u32,
    /// A loser never goes on.
    waits_for_ever: bool,
}

/// A future that was made: the context of the call, and the spans that were opened with it.
struct Made {
    at: Current,
    opened: VecDeque<Option<Current>>,
}

/// How many more polls may be pending; none if the future was dropped before it was ready.
type Flow = Option<u32>;

impl Here {
    fn within(&self, span: Option<Current>, made_at: Current) -> Self {
        let mut inside = self.clone();
        if let Some(span) = span {
            inside.current = span;
            inside.stack.push((span.span, made_at.span));
        }
        inside
    }

    /// Below a frame that puts back the context that was current where it was made.
    fn carrying(&self, context: Current) -> Self {
        let inherited = Current { is_inherited: true, ..context };
        self.within(context.tracer.then_some(inherited), context)
    }

    /// In a task of its own that carries nothing.
    fn elsewhere(&self) -> Self {
        Self { current: Current::default(), stack: Vec::new(), ..self.clone() }
    }
}

struct Oracle {
    expires: bool,
    tree: Tree,
    drivers: Vec<Here>,
}

impl Oracle {
    /// Rule 3.
    fn parent(called: Current, here: &Here) -> Current {
        let polled = here.current;
        if called.span == 0 {
            return if polled.tracer { polled } else { called };
        }
        if polled.span == 0 {
            return called;
        }
        let is_helper =
            here.stack.iter().any(|(span, origin)| [span, origin].contains(&&called.span));
        if called.span == polled.span || is_helper { polled } else { called }
    }

    /// Opens a span; until it is said to have ended otherwise, it was cancelled.
    fn open(
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

    fn end(&mut self, id: u32, outcome: Outcome) {
        if let Some(node) = self.tree.get_mut(&id) {
            node.outcome = outcome;
        }
    }

    /// Ends the span of a future that was ready.
    fn end_if_ready(&mut self, id: u32, flow: Flow) -> Flow {
        if flow.is_some() {
            self.end(id, Outcome::Completed);
        }
        flow
    }

    fn body(&mut self, ops: &[Op], here: &Here, budget: u32) -> Flow {
        let mut flow = Some(budget);
        let mut cleanups = Vec::new();
        for op in ops {
            let Some(budget) = flow else { break };
            if op.kind == Kind::OnDrop {
                cleanups.push(op.id);
            }
            flow = self.op(op, here, budget);
        }
        for id in cleanups {
            self.open("cleanup", id, here.current, here.ended);
            self.end(id, Outcome::Completed);
        }
        flow
    }

    fn op(&mut self, op: &Op, here: &Here, budget: u32) -> Flow {
        match op.kind {
            Kind::OnDrop => Some(budget),
            Kind::Yield => budget.checked_sub(1),
            Kind::Stuck => (!here.waits_for_ever).then_some(budget),
            Kind::Leaf | Kind::Scope | Kind::Guard => {
                let name = match op.kind {
                    Kind::Leaf => "leaf",
                    Kind::Scope => "scope",
                    _ => "guard",
                };
                let span = self.open(name, op.id, here.current, here.ended);
                let mut inside = here.clone();
                inside.current = span.unwrap_or(here.current);
                let flow =
                    op.bodies.iter().try_fold(budget, |left, body| self.body(body, &inside, left));
                // A guard's span ends with it, however that comes.
                self.end(op.id, Outcome::Completed);
                flow
            }
            Kind::Thread | Kind::Blocking => {
                self.body(&op.bodies[0], &here.elsewhere().carrying(here.current), budget)
            }
            Kind::Join => {
                let flows: Vec<_> =
                    op.bodies.iter().map(|body| self.body(body, here, budget)).collect();
                flows.into_iter().try_fold(budget, |least, flow| Some(least.min(flow?)))
            }
            Kind::Select(fate) => {
                let span = self.open("call", op.id, here.current, here.ended);
                let mut inside = here.within(span, here.current);
                inside.waits_for_ever = matches!(fate, Fate::Dropped | Fate::KeptDropped);
                let flow = self.body(&op.bodies[2], &inside, budget);
                self.end_if_ready(op.id, flow);
                self.body(&op.bodies[0], here, budget)?;
                self.body(&op.bodies[1], here, budget)
            }
            Kind::Later(how) => {
                self.later(op, here, how);
                Some(budget)
            }
            Kind::Future(what) => {
                let made = self.make(&op.layers, what, op.id, here.current, here.ended);
                self.poll(&op.layers, op, made, here, budget)
            }
        }
    }

    fn later(&mut self, op: &Op, here: &Here, how: Outliving) {
        let bare = here.elsewhere();
        let task = if how == Outliving::BareCall { bare } else { bare.carrying(here.current) };
        let mut inside = task.clone();
        if how != Outliving::Block {
            let parent = Self::parent(here.current, &task);
            let span = self.open("call", op.id, parent, here.ended);
            inside = task.within(span, here.current);
        }
        let _flow = self.body(&op.bodies[0], &inside, u32::MAX);
        inside.ended = here.current.root;
        let _flow = self.body(&op.bodies[1], &inside, u32::MAX);
        self.end(op.id, Outcome::Completed);
    }

    /// What is opened where a future is made, up to where the rest is made by who polls.
    fn make(&mut self, layers: &[Layer], what: What, id: u32, at: Current, ended: u32) -> Made {
        let mut opened = VecDeque::new();
        for layer in layers {
            match *layer {
                Layer::InSpan(id) => opened.push_back(self.open("in_span", id, at, ended)),
                Layer::InRoot(id) => opened.push_back(self.open("in_root", id, at, ended)),
                Layer::Unsampled(id) => opened.push_back(self.open("unsampled", id, at, ended)),
                Layer::Helper { lazy: true, .. }
                | Layer::Same(_)
                | Layer::Foreign(_)
                | Layer::Adapted(_) => return Made { at, opened },
                _ => {}
            }
        }
        match what {
            What::Returned => opened.push_back(self.open("returned", id, at, ended)),
            What::Rows => opened.push_back(self.open("rows", id, at, ended)),
            _ => {}
        }
        Made { at, opened }
    }

    fn poll(
        &mut self,
        layers: &[Layer],
        op: &Op,
        mut made: Made,
        here: &Here,
        budget: u32,
    ) -> Flow {
        let Some((layer, rest)) = layers.split_first() else {
            return self.future(op, made, here, budget);
        };
        match *layer {
            Layer::Helper { id, lazy } => {
                let span = self.open("helper", id, Self::parent(made.at, here), here.ended);
                let inside = here.within(span, made.at);
                if lazy {
                    made = self.made_inside(rest, op, &inside);
                }
                let flow = self.poll(rest, op, made, &inside, budget);
                self.end_if_ready(id, flow)
            }
            Layer::InSpan(id) | Layer::InRoot(id) | Layer::Unsampled(id) => {
                let span = made.opened.pop_front().flatten();
                let inside = here.within(span, made.at);
                let flow = self.poll(rest, op, made, &inside, budget);
                self.end_if_ready(id, flow)
            }
            Layer::InCurrent => {
                let inside = here.carrying(made.at);
                self.poll(rest, op, made, &inside, budget)
            }
            Layer::Unordered => self.poll(rest, op, made, here, budget),
            Layer::Cancel(0) => Some(budget),
            Layer::Cancel(polls) => {
                let allowed = (polls - 1).min(budget);
                match self.poll(rest, op, made, here, allowed) {
                    Some(left) => Some(budget - (allowed - left)),
                    None => budget.checked_sub(polls - 1),
                }
            }
            Layer::Moved(polls) => {
                let first = if polls == 0 { here.elsewhere() } else { here.clone() };
                self.poll(rest, op, made, &first, u32::MAX)
            }
            Layer::Spawned => self.poll(rest, op, made, &here.elsewhere(), u32::MAX),
            Layer::Carried => {
                let task = here.elsewhere().carrying(here.current);
                self.poll(rest, op, made, &task, u32::MAX)
            }
            Layer::Driver(number) => {
                let task = Here { ended: here.ended, ..self.drivers[number].clone() };
                self.poll(rest, op, made, &task, u32::MAX)
            }
            Layer::Same(_) | Layer::Foreign(_) | Layer::Adapted(_) => {
                let made = self.made_inside(rest, op, here);
                let task = match layer {
                    Layer::Same(_) => here.clone(),
                    Layer::Foreign(_) => here.elsewhere(),
                    _ => here.elsewhere().carrying(here.current),
                };
                self.poll(rest, op, made, &task, u32::MAX)?;
                Some(budget)
            }
        }
    }

    fn made_inside(&mut self, layers: &[Layer], op: &Op, here: &Here) -> Made {
        let Kind::Future(what) = op.kind else { unreachable!("only futures have layers") };
        self.make(layers, what, op.id, here.current, here.ended)
    }

    fn future(&mut self, op: &Op, mut made: Made, here: &Here, budget: u32) -> Flow {
        let Kind::Future(what) = op.kind else { unreachable!("only futures have layers") };
        let span = match what {
            What::Block | What::Stream => return self.body(&op.bodies[0], here, budget),
            What::Returned | What::Rows => made.opened.pop_front().flatten(),
            What::Call => self.called("call", op.id, &made, here),
            What::Root => self.called("root", op.id, &made, here),
            What::Server => self.called("serve", op.id, &made, here),
            What::Panics => self.called("panics", op.id, &made, here),
        };
        let flow = self.body(&op.bodies[0], &here.within(span, made.at), budget);
        if flow.is_some() {
            let panicked = what == What::Panics;
            self.end(op.id, if panicked { Outcome::Panicked } else { Outcome::Completed });
        }
        flow
    }

    fn called(&mut self, name: &'static str, id: u32, made: &Made, here: &Here) -> Option<Current> {
        self.open(name, id, Self::parent(made.at, here), here.ended)
    }
}
