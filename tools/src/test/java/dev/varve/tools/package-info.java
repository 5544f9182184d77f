@NullMarked
package dev.varve.tools;

import org.jspecify.annotations.NullMarked;
