// Sorting: a click on a column's heading sorts the tracks by their change there, worst first, then best first.
(() => {
  "use strict";
  const body = document.querySelector("#tracks tbody");
  const buttons = [...document.querySelectorAll("#tracks th button")];
  const key = (row, column) => (column === "name" ? row.dataset.name : Number(row.dataset[column] ?? -Infinity));
  for (const button of buttons)
    button.addEventListener("click", () => {
      const heading = button.closest("th"), column = button.dataset.column;
      const down = heading.getAttribute("aria-sort") === "ascending";
      for (const other of buttons) other.closest("th").setAttribute("aria-sort", "none");
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((a, b) => {
        const first = key(a, column), second = key(b, column);
        const order = column === "name" ? first.localeCompare(second) : first < second ? -1 : first > second ? 1 : 0;
        return down ? -order : order;
      });
      body.append(...rows);
    });
})();
