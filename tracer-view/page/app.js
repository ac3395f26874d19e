import { read } from './model/data.js';

read(document.getElementById("data").textContent).then((data) => {
  document.body.append(`${data.spans} spans`);
});
