/**
 * What every storage driver must keep, as abstract tests to extend: {@link
 * dev.varve.testkit.BlobStoreContract}, {@link dev.varve.testkit.RefStoreContract}, {@link
 * dev.varve.testkit.BackendContract}. And backends that misbehave on purpose, for tests of the
 * layers above: {@link dev.varve.testkit.FaultyBackend}, {@link dev.varve.testkit.DamagedBackend}.
 */
@NullMarked
package dev.varve.testkit;

import org.jspecify.annotations.NullMarked;
