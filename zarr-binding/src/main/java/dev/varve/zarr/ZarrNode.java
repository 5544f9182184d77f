package dev.varve.zarr;

import dev.varve.tree.Key;

/**
 * A node of a hierarchy: a path with a document of its own. Groups that are only implied by what
 * lies below them are no nodes. Immutable.
 */
public sealed interface ZarrNode {
  /** Where the node stands. */
  ZarrPath path();

  /** The key of the document that makes it. */
  Key key();

  /** An array. */
  record ArrayNode(ZarrPath path, Key key, ArrayDocument document) implements ZarrNode {}

  /** A group. */
  record GroupNode(ZarrPath path, Key key, GroupDocument document) implements ZarrNode {}

  /** A document that cannot be understood; {@code reason} is a phrase for people. */
  record OpaqueNode(ZarrPath path, Key key, String reason) implements ZarrNode {}
}
