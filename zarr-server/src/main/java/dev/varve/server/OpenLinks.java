package dev.varve.server;

import dev.varve.version.Part;
import dev.varve.version.Snapshot;
import dev.varve.zarr.ZarrKeys;
import dev.varve.zarr.ZarrNode;
import dev.varve.zarr.ZarrPath;

/** What to paste into other programs to open a snapshot there. Immutable. */
record OpenLinks(Exchange exchange, ServedRepository served, String revision, Snapshot snapshot) {
  /** For the whole store. */
  void store(StringBuilder body) {
    String url = exchange.origin() + served.store(revision);
    // Format 3 has no consolidated metadata of the store's own; the view puts it in.
    boolean version3 = snapshot.entry(ZarrPath.ROOT.key(ZarrKeys.ZARR_JSON)).isPresent();
    String consolidated =
        version3
            ? exchange.origin()
                + served.store(revision).replaceFirst("/$", StoreRoute.CONSOLIDATED + "/")
            : url;
    body.append("<h2>Open it</h2>\n");
    body.append("<p class=\"soft\">The store's URL</p>\n").append(Html.paste(url));
    body.append("<details><summary>This very commit, for ever</summary>\n");
    body.append(Html.paste(exchange.origin() + served.store(snapshot.id().toString())));
    body.append("</details>\n<details open><summary>xarray</summary>\n");
    body.append(
        Html.paste(
            "import xarray as xr\nds = xr.open_zarr(\"" + consolidated + "\", consolidated=True)"));
    body.append("</details>\n<details><summary>zarr-python</summary>\n");
    body.append(Html.paste("import zarr\ngroup = zarr.open(\"" + url + "\", mode=\"r\")"));
    body.append("</details>\n<details><summary>zarrita (JavaScript)</summary>\n");
    body.append(
        Html.paste(
            "import * as zarr from \"zarrita\";\n"
                + "const root = await zarr.open(new zarr.FetchStore(\""
                + url.replaceFirst("/$", "")
                + "\"));"));
    body.append("</details>\n");
  }

  /** For one array. */
  void array(StringBuilder body, ZarrNode.ArrayNode array) {
    String store = exchange.origin() + served.store(revision);
    String url = store + RequestPath.encodePath(array.path().directory());
    boolean version3 = array.document().zarrFormat() == 3;
    body.append("<h2>Open it</h2>\n");
    body.append("<p class=\"soft\">The array's URL</p>\n").append(Html.paste(url));
    body.append("<details open><summary>zarr-python</summary>\n");
    body.append(Html.paste("import zarr\narray = zarr.open_array(\"" + url + "\", mode=\"r\")"));
    body.append("</details>\n<details><summary>zarrita (JavaScript)</summary>\n");
    body.append(
        Html.paste(
            "import * as zarr from \"zarrita\";\n"
                + "const array = await zarr.open(new zarr.FetchStore(\""
                + url.replaceFirst("/$", "")
                + "\"), { kind: \"array\" });"));
    body.append("</details>\n<details><summary>TensorStore</summary>\n");
    body.append(
        Html.paste(
            "import tensorstore as ts\narray = ts.open({\"driver\": \""
                + (version3 ? "zarr3" : "zarr")
                + "\", \"kvstore\": \""
                + url
                + "\"}).result()"));
    body.append("</details>\n<details><summary>Neuroglancer</summary>\n");
    body.append(Html.paste(url + (version3 ? "|zarr3:" : "|zarr2:")));
    body.append("</details>\n");
  }

  /** How much of the array is stored, of how many chunks. */
  String stored(ZarrNode.ArrayNode array, long total) {
    var totals = snapshot.totals(Part.CHUNKS, array.path().directory());
    return Html.count(totals.keys())
        + " keys for "
        + Html.count(total)
        + " chunks, "
        + Html.size(totals.bytes());
  }
}
